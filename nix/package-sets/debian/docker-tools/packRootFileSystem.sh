# shellcheck shell=bash
# Fill the folder root and write it as a tar archive whose last 1024 bytes are its end mark. The folders
# that the image below has too ($listings) stay where they are there, with their modes and owners.

# shellcheck source=SCRIPTDIR/folders.sh
. "$folderFunctions"

# Run the caller's commands with the options of the shell that runs nixpkgs' builders.
run_commands() {
  (
    set +o nounset
    shopt -s inherit_errexit
    # shellcheck disable=SC1090
    . "$1"
  )
}

ownership=("--owner=$owner" "--group=$group")
store_owner="${owner##*:} ${group##*:}"
written=$store_owner
usual=$(stat --format='%u %g' root)
{
  bash -eu "$addContents"
  cd root || exit
  run_commands "$extraCommandsPath"
  if test "$asRoot"; then
    run_commands "$fakeRootCommandsPath"
    ownership=(--numeric-owner)
    written="0 0"
  fi
  if test "$storeFolders" && test ! -d nix/store; then
    mkdir -p nix/store
  fi
} >&2

# Pack the files in the array `names`, without the end mark; more arguments are options of tar.
pack_files() {
  if test ${#names[@]} != 0; then
    printf '%s\0' "${names[@]}" |
      tar --create --no-recursion --null --files-from=- --format=gnu --mtime="$mtime" \
        "${ownership[@]}" --hard-dereference --blocking-factor=1 "$@" | head --bytes=-1024
  fi
  names=()
}

test ! "$listings" || move_linked ../moves >&2
declare -A options
while read -rd '' record; do
  read -r mode user group _ <<<"$record"
  options[./${record#* ./}]="--mode=$mode --owner=:$user --group=:$group"
done < <(read_folders "$folderOwners" -v storeOwner="$store_owner" -v usual="$usual" -v written="$written")

names=()
while read -rd '' path; do
  if test "${options[$path]:-}"; then
    pack_files
    names=("$path")
    # shellcheck disable=SC2086 # three words
    pack_files ${options[$path]}
  else
    names+=("$path")
  fi
done < <(find . -printf './%P\0' | sort --zero-terminated)
pack_files
head --bytes=1024 /dev/zero

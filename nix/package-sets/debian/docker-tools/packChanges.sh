# shellcheck shell=bash
# Unpack the layers of the image $below into the folder root, add the contents, run $runAsRoot there with that
# folder as root, and write what has changed since as a layer: a tar archive whose last 1024 bytes
# are its end mark. Whatever is root here only appears to be.

# shellcheck source=SCRIPTDIR/folders.sh
. "$folderFunctions"

# Hide in the folder root what a layer removes (OCI image specification, layer.md, "Whiteouts").
apply_whiteouts() {
  find root -name '.wh.*' -print0 | while read -rd '' whiteout; do
    folder=${whiteout%/*}
    name=${whiteout##*/.wh.}
    if test "$name" != .wh..opq; then
      rm -rf "${folder:?}/$name"
    fi
    rm -f "$whiteout"
  done
}

# The files of the folder root, with all that a change of one would change.
take_inventory() {
  (cd root && find . -printf '%m %U %G %s %C@ %i %y\t%p\0') | sort --zero-terminated
}

paths_of() {
  cut --zero-terminated --fields=2- "$1" | sort --zero-terminated
}

# Add the contents to the folder root; folders that are there keep their modes.
add_contents() {
  mkdir -p contents/root
  (cd contents && bash -eu "$addContents")
  (cd contents/root && move_linked ../moves)
  tar --create --directory=contents/root . |
    tar --extract --directory=root --no-same-owner --no-overwrite-dir
}

run_as_root() {
  for folder in dev proc sys nix nix/store; do
    if test ! -e "root/$folder"; then
      mkdir "root/$folder"
      made="$folder ${made:-}"
    fi
  done
  "$busybox/bin/unshare" -r -m true || {
    echo "runAsRoot needs user namespaces, which this machine does not allow in builds" >&2
    exit 1
  }
  # shellcheck disable=SC2016 # the inner shell expands them
  "$busybox/bin/unshare" -r -m "$busybox/bin/sh" -euc '
    for folder in dev proc nix/store; do
      mount -o rbind "/$folder" "root/$folder"
    done
    exec chroot root "$1"
  ' sh "$runAsRoot"
  for folder in ${made:-}; do
    rmdir "root/$folder" 2>/dev/null || true
  done
}

# Make the store's folders, where they are missing, for whom the store paths are.
make_store_folders() {
  for folder in nix nix/store; do
    if test ! -d "root/$folder"; then
      mkdir "root/$folder"
      chown "${owner##*:}:${group##*:}" "root/$folder"
    fi
    printf '%s\0' "./$folder" >>changed
  done
}

# Print the paths that are read, each with the folders above it.
with_folders() {
  awk 'BEGIN { RS = ORS = "\0" } { do print; while (sub(/\/[^\/]*$/, "")) }'
}

{
  if test "$below"; then
    while read -r _ _ _ file _; do
      tar --extract --directory=root --anchored --exclude='nix/store/*' --exclude='./nix/store/*' \
        --same-permissions --file="$file"
      apply_whiteouts
    done <"$below/layers"
  fi
  take_inventory >before

  add_contents
  run_as_root
  # shellcheck disable=SC1090 # the commands are the caller's
  (cd root && . "$extraCommandsPath")

  take_inventory >after
  comm --zero-terminated -13 before after | cut --zero-terminated --fields=2- >changed
  comm --zero-terminated -23 <(paths_of before) <(paths_of after) | while read -rd '' path; do
    if test -d "root/${path%/*}"; then
      whiteout=${path%/*}/.wh.${path##*/}
      touch "root/$whiteout"
      printf '%s\0' "$whiteout" >>changed
    fi
  done
  make_store_folders
} >&2

with_folders <changed | sort --zero-terminated --unique |
  tar --create --directory=root --no-recursion --null --files-from=- --format=gnu \
    --numeric-owner --mtime="$mtime" --hard-dereference --blocking-factor=1

# shellcheck shell=bash
# Usage: joinContents.sh FOLDER PATH...
# Put what is in the paths into the folder, which is new: links to the files, or with $copies the files
# themselves. A link to a folder of the store counts as that folder, unless $keepDirlinks is set. Only
# what is below one of $pathsToLink is taken. joinContents.awk says what becomes of files that meet.

folder=$1
shift

# List a folder that is put at $place: for each file a record PLACE//KIND//FILE//TARGET that ends with a
# NUL, with the kind as find names it, and the target of a link. The arguments are the folder and
# those that it was found in through links.
list() {
  escaped=${place//\\/\\\\}
  format="${escaped//%/%%}%P//%y//%p//%l\0"
  if test "${keepDirlinks:-}"; then
    find "$1" -mindepth 1 -printf "$format"
    return
  fi
  find "$1" -mindepth 1 ! \( -type l -xtype d \) -printf "$format"
  find "$1" -mindepth 1 -type l -xtype d -print0 | while read -rd '' link; do
    name=$place${link#"$1"/}
    if is_followed "$link" "$@"; then
      printf '%s//%s//%s//%s\0' "$name" d "$link" ""
      (place=$name/ && list "$(realpath "$link")" "$@")
    else
      printf '%s//%s//%s//%s\0' "$name" l "$link" "$(readlink "$link")"
    fi
  done
}

# Whether a link to a folder is that folder: not one that leaves the store, or goes in a circle.
is_followed() {
  real=$(realpath "$1")
  case $real/ in
    "$NIX_STORE"/*/*) ;;
    *) return 1 ;;
  esac
  for each in "$(dirname "$1")" "${@:2}"; do
    case $(realpath "$each")/ in
      "$real"/*) return 1 ;;
    esac
  done
}

list_all() {
  for origin in "$@"; do
    path=$(realpath "$origin")
    if test ! -d "$path"; then
      printf '%s\n' "${joinSubject:-contents}: $origin: expected a folder, got a file" \
        "  give it a place in a folder, as pkgs.writeTextDir \"etc/name\" and pkgs.linkFarm do" >&2
      return 1
    fi
    list_wanted "$path" | LC_ALL=C sort --zero-terminated
  done
}

list_wanted() {
  for wanted in ${pathsToLink:-/}; do
    place=${wanted#/}
    place=${place:+$place/}
    if test -d "$1$wanted"; then
      list "$(realpath "$1$wanted")"
    fi
  done
}

# Whether two files are one, or may be compared and are the same.
is_same() {
  test "$(realpath "$2")" != "$(realpath "$3")" || return 0
  test "$1" = compare && test -f "$2" && test -f "$3" || return 1
  test "$(stat --dereference --format=%a "$2")" = "$(stat --dereference --format=%a "$3")" &&
    test "$(sha256sum <"$2")" = "$(sha256sum <"$3")"
}

collide() {
  printf '%s\n' "${joinSubject:-contents}: /$1 is in two of them, and not the same:" "  $2" "  $3" \
    "  leave one out, or give pkgs.symlinkJoin of both, where the first wins" >&2
  exit 1
}

# Copy files into the folder $target, as the options in the array `how` say; links stay links.
copy() {
  printf '%s\0' "$@" |
    xargs --null cp --recursive --no-dereference "${how[@]}" --target-directory="$target" --
}

# Put the files in the array `files` into a folder, and the links in the array `links` as they are.
put() {
  target=$folder/$1
  how=(--symbolic-link --no-preserve=mode)
  test ! "${copies:-}" || how=(--preserve=mode)
  test ${#files[@]} = 0 || copy "${files[@]}"
  how=(--preserve=mode)
  test ${#links[@]} = 0 || copy "${links[@]}"
  files=()
  links=()
}

mkdir -p "$folder"
folder=$(realpath "$folder")
listed=$(mktemp)
planned=$(mktemp)
list_all "$@" >"$listed"
awk -v collisions="${collisions:-compare}" -v keepDirlinks="${keepDirlinks:-}" \
  -f "$joinPlan" "$listed" >"$planned"

files=()
links=()
while read -rd '' what && read -rd '' path; do
  case $what in
    folder) mkdir -p "$folder/$path" ;;
    file) files+=("$path") ;;
    link) links+=("$path") ;;
    into) put "$path" ;;
    compare | refuse) policy=$what one=$path ;;
    with) other=$path ;;
    at) is_same "$policy" "$one" "$other" || collide "$path" "$one" "$other" ;;
    collide) collide "$path" "$one" "$other" ;;
  esac
done <"$planned"
rm "$listed" "$planned"
test ! "${copies:-}" || chmod -R u+w "$folder"

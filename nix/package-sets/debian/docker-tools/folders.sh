# shellcheck shell=bash
# What the image below has of the folders in the working directory; sourced. $listings say what is in
# its layers, as parentFolders.awk reads them.

# Let the program of awk $1 read the listings and then the folders that are here. More arguments are
# options of awk.
read_folders() {
  # shellcheck disable=SC2086 # a list of files
  find . -type d -printf '%m %U %G ./%P\0' | sort --zero-terminated --key=4 |
    awk -f "$parentFolders" -f "$1" "${@:2}" $listings RS='\0' -
}

# Refuse a path of the folder that a link leads out of; the parent has a link to it.
refuse_links() {
  path=$2
  while test "$path" != .; do
    if test -L "$path"; then
      echo "contents: ${1#.} is a link to ${2#.} in the parent, and ${path#.} a link in the contents" >&2
      echo "  leave one of the two out of the contents" >&2
      exit 1
    fi
    path=${path%/*}
  done
}

# Move what is in the folder $1 to the folder $2, as far as it is not there.
move_contents() {
  refuse_links "$1" "$2"
  if test -d "$2"; then
    tar --create --directory="$1" . |
      tar --extract --directory="$2" --same-permissions --skip-old-files
    rm -r "$1"
  else
    mkdir -p "${2%/*}"
    mv "$1" "$2"
  fi
}

# Move what is in folders that are links in the image below to where these lead. The file $1 is for
# notes.
move_linked() {
  while read_folders "$linkedFolders" >"$1" && test -s "$1"; do
    while read -rd '' folder && read -rd '' place; do
      move_contents "./$folder" "./$place"
    done <"$1"
  done
}

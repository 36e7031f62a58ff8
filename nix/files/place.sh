# shellcheck shell=bash
# Put the file or folder $2 at the place $1 of the image whose root is the current folder, with the
# owner $3, files with the mode $4 and folders with the mode $5. Without modes whoever may read a file
# are all, and it can be executed if it can in $2.
place() (
  placed=$(mktemp -d)
  cp -R -- "$2" "$placed/it"
  chmod -R u+w "$placed/it"
  find "$placed/it" -type d -exec chmod "${5:-755}" {} +
  if test "$4"; then
    find "$placed/it" -type f -exec chmod "$4" {} +
  else
    find "$placed/it" -type f -perm /111 -exec chmod 755 {} +
    find "$placed/it" -type f ! -perm /111 -exec chmod 644 {} +
  fi
  chown -hR "$3" "$placed/it"
  mkdir -p ".${1%/*}"
  cp -a -T "$placed/it" ".$1"
  rm -rf "$placed"
)

# Make the folder $1 of the image one that the user $2 and the group root can write to.
place_folder() {
  mkdir -p ".$1"
  chown "$2:0" ".$1"
  chmod 775 ".$1"
}


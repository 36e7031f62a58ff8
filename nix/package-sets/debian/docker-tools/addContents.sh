# shellcheck shell=bash
# Put the files of $contents into the folder root, as links or as copies.

if test "$linkContents"; then
  # shellcheck disable=SC2086 # a list of store paths
  bash "$joinLinks" root $contents
else
  for path in $contents; do
    tar --create --directory="$path" --mode=u+w . |
      tar --extract --directory=root --no-same-owner --keep-directory-symlink
  done
fi

# shellcheck shell=bash
# Put the files of $contents into the folder root, as links or as copies.

# Let absolute links of the folder root lead to the same place in it from here, until the command in
# the arguments is done: without the sandbox they would lead to folders of this machine.
with_links_inside() {
  find root -type l -lname '/*' -printf '%P\0%l\0' >absolute-links
  while read -rd '' path && read -rd '' target; do
    upwards=${path//[!\/]/}
    inside=${upwards//\//../}${target#/}
    ln -sfn "$inside" "root/$path"
    printf '%s\0' "$path" "$inside" "$target"
  done <absolute-links >turned-links
  "$@"
  while read -rd '' path && read -rd '' inside && read -rd '' target; do
    test "$(readlink "root/$path")" != "$inside" || ln -sfn "$target" "root/$path"
  done <turned-links
}

copy_files() {
  tar --create --directory="$1" --mode=u+w . |
    tar --extract --directory=root --no-same-owner --keep-directory-symlink
}

if test "$linkContents"; then
  # shellcheck disable=SC2086 # a list of store paths
  bash "$joinLinks" root $contents
else
  for path in $contents; do
    with_links_inside copy_files "$path"
  done
fi

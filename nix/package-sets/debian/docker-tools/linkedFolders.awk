# Print for each folder of an image that is a link to a folder in its parent (parentFolders.awk) two
# records that end with a NUL: the folder, and where the link leads. Of folders within one another
# only the outer one. The folders are read as records "MODE UID GID ./PATH", the outer ones first.

RS == "\0" {
  path = to_path(substr($0, index($0, "./")))
  if (moved != "" && index(path, moved "/") == 1) next
  real = resolve(path)
  if (real != path && kind[real] !~ /[-l]/) {
    printf "%s%c%s%c", path, 0, real, 0
    moved = path
  }
}

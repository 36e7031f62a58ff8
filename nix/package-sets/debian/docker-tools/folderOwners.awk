# Print the mode and owner that folders of an image have in place of what tar would write of them, as
# records "MODE UID GID ./PATH" that end with a NUL. Such records of all folders are read.
#
# Owners are "UID GID". A folder that still has the mode and owner of a new one, 755 and `usual`, has
# those of the parent image (parentFolders.awk), if that has it. The store's folders belong to whom the
# store paths belong to, `storeOwner`, unless that is root. `written` is the owner that tar writes.

RS == "\0" && $1 == 755 && $2 " " $3 == usual {
  path = to_path(substr($0, index($0, "./")))
  inherits = kind[path] == "d"
  mode = inherits ? modes[path] : $1
  owner = inherits ? owners[path] : written
  if (path ~ /^nix(\/store)?$/ && storeOwner != "0 0") owner = storeOwner
  if (mode != 755 || owner != written) printf "%s %s ./%s%c", mode, owner, path, 0
}

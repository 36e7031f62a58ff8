# shellcheck shell=sh
# Usage: pack.sh LIST
# Print a tar archive of the store paths in a list; everything in it is as old as $mtime says, and
# belongs to $owner and $group.

sed s,^/,, "$1" |
  "$gnutar/bin/tar" --create --directory=/ --files-from=- --sort=name --format=gnu \
    --mtime="$mtime" --owner="$owner" --group="$group" --hard-dereference --blocking-factor=64

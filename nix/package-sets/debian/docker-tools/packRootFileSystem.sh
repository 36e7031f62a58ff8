# Usage: packRootFileSystem.sh [COMMANDS]
# Run the commands, if any, in the folder root, then write it as a tar archive whose last 1024
# bytes are its end mark. Without $owner the files keep the owner they appear to have.

cd root
if test $# != 0; then
  # shellcheck disable=SC1090 # the commands are the caller's
  . "$1" >&2
fi

find . -print0 | sort --zero-terminated |
  tar --create --no-recursion --null --files-from=- --format=gnu --numeric-owner \
    --mtime="$mtime" ${owner:+"--owner=$owner" "--group=$group"} --hard-dereference \
    --blocking-factor=1

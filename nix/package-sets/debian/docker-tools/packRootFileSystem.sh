# shellcheck shell=bash
# Fill the folder root and write it as a tar archive whose last 1024 bytes are its end mark.

ownership=("--owner=$owner" "--group=$group")
{
  bash -eu "$addContents"
  cd root || exit
  # shellcheck disable=SC1090 # the commands are the caller's
  (. "$extraCommandsPath")
  if test "$asRoot"; then
    # shellcheck disable=SC1090
    (. "$fakeRootCommandsPath")
    ownership=(--numeric-owner)
  fi
} >&2

find . -print0 | sort --zero-terminated |
  tar --create --no-recursion --null --files-from=- --format=gnu \
    --mtime="$mtime" "${ownership[@]}" --hard-dereference --blocking-factor=1

# shellcheck shell=sh
# Usage: runInRoot.sh PROGRAM
# Run a program with the folder root as its root folder, in namespaces of its own, so that it cannot
# leave that folder. Whatever is root there is the user who builds.

unshare() {
  "$busybox/bin/unshare" -r -m "$@"
}

unshare true || {
  echo "runAsRoot needs user namespaces, which this machine does not allow in builds" >&2
  exit 1
}
# shellcheck disable=SC2016 # the inner shell expands them
unshare "$busybox/bin/sh" -euc '
  PATH=$busybox/bin
  mount -o bind root root
  for folder in dev proc nix/store; do
    mount -o rbind "/$folder" "root/$folder"
  done
  cd root
  pivot_root . .
  umount -l .
  cd /
  exec "$1"
' sh "$1"

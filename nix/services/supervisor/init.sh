#!@busybox@/bin/sh
# shellcheck shell=sh
# The first process of a container. It keeps the container's variables for the services, in a file
# that only they can read, and becomes the supervisor, which shall not see them.
#
#   init GRACE SERVICES
#
# See supervise.sh for the arguments and the exit status; 111 if there is no place for its files.

grace=$1
services=$2

# shellcheck source=/dev/null
. @places@

# Take the folder $state, without what an earlier start of the container has left in it. Where
# everybody may write, it could belong to somebody else.
take_state() {
  mkdir -p "$state" && test ! -h "$state" &&
    { test -O "$state" || test ! -k "${state%/*}"; } &&
    rm -rf "${state:?}"/* "$state"/.[!.]* &&
    echo $$ >"$state/.init"
} 2>/dev/null

make_state() {
  while read -r state; do
    if take_state; then
      return
    fi
  done <<END
$(candidates)
END
  return 1
}

# Print the options of the file system that is mounted at $1; fail if none is.
mount_options() {
  awk -v place="$1" '$2 == place { found = $3 " " $4 } END { print found; exit !found }' /proc/mounts
}

# Say why nothing can be written to the folder $1.
why_not() {
  if test -L "$1" && test ! -e "$1"; then
    echo "leads to $(readlink "$1"), which is not there"
  elif test ! -e "$1"; then
    echo "is not there"
  elif test ! -d "$1"; then
    echo "is no folder"
  elif case $(mount_options "$1" || mount_options /) in *' ro' | *' ro,'*) ;; *) false ;; esac then
    echo "is on a read-only file system"
  elif test ! -w "$1"; then
    echo "belongs to uid $(stat -L -c '%u, with mode %a' "$1"); this is uid $(id -u)"
  else
    echo "takes no file: $(mkdir -p "$1/perp" 2>&1 && true 2>&1 >"$1/perp/.init")"
  fi
}

# Say which option of podman and docker helps.
remedy() {
  mode=
  test "$(id -u)" -eq 0 || mode=:mode=1777
  case $(mount_options /run) in
    'tmpfs rw'*) test "$mode" && echo "run with --tmpfs /run$mode, in the place of --tmpfs /run" ;;
    *) echo "run with --tmpfs /run$mode" ;;
  esac
}

no_state() {
  printf 'init: there is no folder that can be written to:\n'
  for place in /var/run /run /tmp /dev/shm /var/tmp; do
    printf '  %s %s\n' "$place" "$(why_not "$place")"
  done
  printf '  %s\n' "$(remedy)"
} >&2

trap 'exit 0' TERM INT QUIT
if ! make_state; then
  no_state
  exit 111
fi
# What the kernel has given to this process; the shell knows only what it can hold.
(umask 077 && cat "/proc/$$/environ" >"$state/.environment") || exit 111
exec env -i PATH="$PATH" SUPERVISOR_STATE="$state" @supervise@ "$grace" "$services"

# shellcheck shell=dash
# Usage: busybox sh run.sh NAME
# Do what t/NAME.sh says, within the container, and print what came out and what the program said.
# The shell and the usual small programs are busybox's, at /check; the program under test finds its
# own in the image. $T is a folder for files.

B=/check/busybox
DPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH=$DPATH:/check/bin
export HOME=/root LC_ALL=C.UTF-8
T=/t

# Run a shell line of the image's own programs in the background.
startsh() {
  (
    export PATH=$DPATH
    eval "$1"
  ) >>$T/log 2>&1 &
}

# Wait for 20 seconds until the condition, a command, holds.
wait_until() {
  n=0
  while test $n -lt 100; do
    "$@" && return 0
    $B sleep 0.2
    n=$((n + 1))
  done
  echo "waited in vain: $*"
  return 1
}

is_open() {
  grep -h "$(printf ':%04X ' "$1")" /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q ' 0A '
}

wait_port() { wait_until is_open "$1"; }
wait_file() { wait_until test -e "$1"; }
get() { $B wget -qO- "$@" 2>&1; }

mkdir -p /tmp
chmod 1777 /tmp 2>/dev/null
# shellcheck disable=SC1090 # it is the test's
. "/check/t/$1.sh" >$T/out 2>&1
echo "== out"
cat $T/out
echo "== log"
test ! -f $T/log || tail -c 3000 $T/log

#!@shell@
# shellcheck shell=sh
# perpctl [-q] [-b BASE] COMMAND NAME...: control services, as perpctl(8) does.
#
# A activates a service, X deactivates it; d takes it down, u up, o once; a, c, h, i, k, p, q, t, 1,
# 2 send the signals ALRM, CONT, HUP, INT, KILL, STOP, QUIT, TERM, USR1, USR2. Exit status: 0 done,
# 100 wrong usage, 111 not done for some service.

PATH=@busybox@/bin
base=${PERP_BASE:-.}
quiet=
while getopts b:q option; do
  case $option in
    b) base=$OPTARG ;;
    q) quiet=yes ;;
    *) exit 100 ;;
  esac
done
shift $((OPTIND - 1))

if test $# -lt 2; then
  echo "perpctl: usage: perpctl [-q] [-b BASE] COMMAND NAME..." >&2
  exit 100
fi
command=${1%"${1#?}"}
shift

say() {
  test "$quiet" || printf '%s: %s\n' "$1" "$2" >&2
}

status=0
fail() {
  printf '%s: %s\n' "$1" "$2" >&2
  status=111
}

is_active() {
  kill -0 "$(cat "$base/.control/$1/runsv" 2>/dev/null)" 2>/dev/null &&
    test -p "$base/.control/$1/supervise/control"
}

# Has runsv(8) taken notice? The 18th byte of the status is u or d, for what it wants.
wants() {
  test "$(od -An -c -j17 -N1 "$base/.control/$2/supervise/status" | tr -d ' ')" = "$1"
}

set_sticky_bit() {
  sign=$1
  shift
  for name; do
    if chmod "${sign}t" "$base/$name"; then
      say "$name" ok
    else
      fail "$name" "cannot change its sticky bit"
    fi
  done
  kill -s HUP "$(cat "$base/.control/pid")" || status=111
}

control() {
  for name; do
    if is_active "$name"; then
      printf '%s' "$command" 1<>"$base/.control/$name/supervise/control"
      say "$name" ok
    else
      fail "$name" "not active"
    fi
  done
  case $command in
    d | u) for name; do
      while is_active "$name" && ! wants "$command" "$name"; do
        sleep 0.01
      done
    done ;;
  esac
}

case $command in
  A) set_sticky_bit + "$@" ;;
  X) set_sticky_bit - "$@" ;;
  [acdhikopqtu12]) control "$@" ;;
  *)
    echo "perpctl: $command: no such command" >&2
    exit 100
    ;;
esac
exit $status

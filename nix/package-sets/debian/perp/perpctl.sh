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
  read -r runsv 2>/dev/null <"$base/.control/$1/runsv" && kill -0 "$runsv" 2>/dev/null
}

# Give runsv(8) the command. Nothing waits for a reader, who may be gone.
tell() {
  control=$base/.control/$1/supervise/control
  ! test -p "$control" || printf '%s' "$command" 1<>"$control"
}

# Has runsv taken notice? The 18th byte of its status is u or d, for what it wants.
has_noticed() {
  test "$(od -An -c -j17 -N1 "$base/.control/$1/supervise/status" 2>/dev/null)" = "   $command"
}

# What leaves is marked at once, lest perpd takes no notice when it soon comes back.
set_sticky_bit() {
  sign=$1
  shift
  for name; do
    if test "$sign" = - && is_active "$name"; then
      true >"$base/.control/$name/leaving"
    fi
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
      tell "$name"
      say "$name" ok
    else
      fail "$name" "not active"
    fi
  done
  case $command in
    d | u) insist "$@" ;;
  esac
}

# A runsv that has only just been started may not have listened.
insist() {
  for name; do
    while is_active "$name" && ! has_noticed "$name"; do
      tell "$name"
      sleep 0.02
    done
  done
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

#!@shell@
# shellcheck shell=sh
# perpok [-b BASE] [-u SECONDS] NAME: has the service been up so long (3 s), as perpok(8) finds it?
#
# Exit status: 0 yes, 1 no, 100 wrong usage, 111 there is no such service or no perpd.

base=${PERP_BASE:-.}
seconds=3
while getopts b:u: option; do
  case $option in
    b) base=$OPTARG ;;
    u) seconds=$OPTARG ;;
    *) exit 100 ;;
  esac
done
shift $((OPTIND - 1))

# shellcheck source=/dev/null
. @libexec@/service

if test $# -ne 1; then
  echo "perpok: usage: perpok [-b BASE] [-u SECONDS] NAME" >&2
  exit 100
elif ! test -d "$base/$1"; then
  echo "perpok: $1: no such service in $base" >&2
  exit 111
elif ! { read -r perpd <"$base/.control/pid" && kill -0 "$perpd"; } 2>/dev/null; then
  echo "perpok: $base: no perpd is running" >&2
  exit 111
fi

look_up "$base" "$1"
case $state in
  run*want* | down* | finish* | '') exit 1 ;;
esac
# Half a second less is good enough, since perp rounds.
test "${uptime:-0}" -ge $((seconds * 100 - 50))

#!@shell@
# shellcheck shell=sh
# perpls [-b BASE] [NAME...]: list services, as perpls(8) does.

base=${PERP_BASE:-.}
while getopts b:gG option; do
  case $option in
    b) base=$OPTARG ;;
    g | G) ;;
    *) exit 100 ;;
  esac
done
shift $((OPTIND - 1))

# shellcheck source=/dev/null
. @libexec@/service

list() {
  if ! test -k "$base/$1"; then
    echo "[- --- ---]  $1"
    return
  fi
  look_up "$base" "$1"
  case $state in
    run,\ paused*) panel=++p ;;
    run*want*) panel='!++' ;;
    run*) panel=+++ ;;
    finish*want*) panel=..r ;;
    finish*) panel=++r ;;
    *) panel=... ;;
  esac
  test -z "$uptime" || uptime=$((uptime / 100))
  echo "[+ $panel ---]  $1  uptime: ${uptime:--}s/-s  pids: ${pid:--}/-"
}

if test $# -eq 0; then
  cd "$base" || exit 111
  base=.
  set -- */
fi
for name; do
  list "${name%/}"
done

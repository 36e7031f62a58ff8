#!@shell@
# shellcheck shell=sh
# What runsv(8) runs in BASE/.control/NAME when the service has ended, with its exit status, or with
# -1 and the signal: "rc.main reset", in a session of its own.

name=${PWD##*/}
export PATH="$PATH_OF_SERVICES"
unset PATH_OF_SERVICES
case $1 in
  -1) set -- signal $(($2 & 127)) "SIG$(kill -l $(($2 & 127)))" ;;
  *) set -- exit "$1" ;;
esac
cd "$PERP_BASE/$name" && exec @runit@/bin/chpst -P ./rc.main reset "$name" "$@"

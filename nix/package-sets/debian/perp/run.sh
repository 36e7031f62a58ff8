#!@shell@
# shellcheck shell=sh
# What runsv(8) runs in BASE/.control/NAME: "rc.main start", in a session of its own.

name=${PWD##*/}
export PERP_SVPID=$$ PATH="$PATH_OF_SERVICES"
unset PATH_OF_SERVICES
cd "$PERP_BASE/$name" && exec @runit@/bin/chpst -P ./rc.main start "$name"

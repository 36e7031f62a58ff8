#!@busybox@/bin/sh
# shellcheck shell=sh
# Is each service of the container as it should be? Says which are not, and why.
#
#   health SERVICES
#
# SERVICES is the folder that init has, too. Exit status: 0 all are, 1 some are not.

# shellcheck source=/dev/null
. @places@

if ! find_places; then
  echo "init has not started the services"
  exit 1
fi
status=0
for rc_main in "$1"/etc/perp/*/rc.main; do
  env -i PERP_BASE="$base" SUPERVISOR_STATE="$state" "$rc_main" check 2>&1 || status=1
done
exit $status

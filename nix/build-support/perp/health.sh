#!@shell@
# shellcheck shell=sh
# Is each service of the container as it should be? Says which are not, and why.
#
#   health SERVICES
#
# SERVICES is the folder that init has, too. Exit status: 0 all are, 1 some are not.

export PERP_BASE="${PERP_BASE:-/etc/perp}"
status=0
for rc_main in "$1"/etc/perp/*/rc.main; do
  "$rc_main" check 2>&1 || status=1
done
exit $status

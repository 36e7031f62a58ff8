#!@busybox@/bin/sh
# shellcheck shell=sh
# A command of perp, for people: it finds the base folder that init has chosen.

# shellcheck source=/dev/null
. @places@

find_places || base=/etc/perp
exec env -i PATH="$PATH" PERP_BASE="$base" "@perp@/bin/${0##*/}" "$@"

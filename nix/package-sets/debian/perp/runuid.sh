#!@shell@
# shellcheck shell=sh
# runuid USER PROGRAM ARGUMENT...: run a program as a user, with the user's primary group alone, as
# runuid(8) does.

user=$1
shift
exec @runit@/bin/chpst -u "$user" "$@"

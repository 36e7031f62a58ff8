#!@shell@ -p
# shellcheck shell=bash
# Run a program with the variables of an environment file.
#
#   environment SERVICE FILE PROGRAM ARGUMENT...
#
# See environment.sh for the format. Exit status: 111 if the file cannot be read, else the program's.

. @environment@

perp_read_environment_file "$1" "$2" || exit 111
shift 2
case $1 in
  *=*) set -- @busybox@/bin/setpriv -- "$@" ;;
esac
exec @busybox@/bin/env -- "${perp_changes[@]}" "$@"

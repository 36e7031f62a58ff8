#!@shell@
# shellcheck shell=sh
# Run a program with the variables of an environment file, in the format of runenv(8).
#
#   environment SERVICE FILE PROGRAM ARGUMENT...
#
# Each line of the file is NAME=VALUE, or NAME alone to unset it; blank lines and those that begin
# with # are skipped. FILE may be a folder: each file in it is a variable, its first line the value,
# and no value unsets it. Blanks around names and values are trimmed; in values \n, \t, \_ (a space)
# and \\ are replaced. Nothing else has a meaning: no quotes, no $.
#
# Not the shell but env(1) sets the variables: the shell cannot hold every name, and would
# itself obey some of them.

service=$1
file=$2
shift 2
tab=$(printf '\t')
newline='
'
blanks=$(printf ' \t\r\v\f')

fail() {
  printf '%s: environment file %s: %s\n' "$service" "$file" "$1" >&2
  exit 111
}

# Set $trimmed to $1 without the blanks around it.
trim() {
  trimmed=${1#"${1%%[!"$blanks"]*}"}
  trimmed=${trimmed%"${trimmed##*[!"$blanks"]}"}
}

# Set $value to $1, trimmed and with its escape sequences replaced: split at each backslash, every
# part but the first one begins with what the backslash escapes, which is a backslash if the part
# is empty. The dot keeps an empty last part from being lost.
unescape() {
  trim "$1"
  set -f
  # shellcheck disable=SC2141 # there, and only there, it shall be split
  IFS=\\
  # shellcheck disable=SC2086
  set -- $trimmed.
  unset IFS
  set +f
  value=$1
  while test $# -gt 1; do
    shift
    case $1 in
      n*) value=$value$newline${1#n} ;;
      t*) value=$value$tab${1#t} ;;
      _*) value="$value ${1#_}" ;;
      ?*) value=$value\\$1 ;;
      *)
        shift
        value=$value\\$1
        ;;
    esac
  done
  value=${value%.}
}

# What is set is put before the program for env(1), which would take a "=" in its name for another
# variable. So lines are read from the last one to the first.
# shellcheck disable=SC2016 # for the shell that is started
case $1 in
  *=*) set -- @shell@ -c 'exec "$0" "$@"' "$@" ;;
esac
if test -d "$file"; then
  for variable in "$file"/*; do
    test -e "$variable" || continue
    line=$(@busybox@/bin/head -n 1 "$variable") || fail "cannot read ${variable##*/}"
    unescape "$line"
    case $trimmed in
      '') set -- @busybox@/bin/env -u "${variable##*/}" -- "$@" ;;
      *) set -- "${variable##*/}=$value" "$@" ;;
    esac
  done
else
  test -r "$file" || fail "cannot read it"
  lines=$({ @busybox@/bin/cat "$file" && echo; } | @busybox@/bin/tac)
  while IFS= read -r line; do
    trim "$line"
    case $trimmed in
      '' | '#'* | =*) ;;
      *=*)
        unescape "${trimmed#*=}"
        trim "${line%%=*}"
        set -- "$trimmed=$value" "$@"
        ;;
      *) set -- @busybox@/bin/env -u "$trimmed" -- "$@" ;;
    esac
  done <<EOF
$lines
EOF
fi
exec @busybox@/bin/env -- "$@"

# shellcheck shell=bash disable=SC2094 # no file is written
# Environment files, in the format of runenv(8).
#
# Each line of the file is NAME=VALUE, or NAME alone to unset it; blank lines and those that begin
# with # are skipped. The file may be a folder: each file in it is a variable, its first line the
# value, and no value unsets it. Blanks around names and values are trimmed; in values \n, \t, \_ (a
# space) and \\ are replaced. Nothing else has a meaning: no quotes, no $.
#
# Not the shell but env(1) sets the variables: the shell cannot hold every name, and would
# itself obey some of them.

perp_blanks=$' \t\r\v\f'

# Print that something of the file of the service is not as it should be.
perp_say_of_file() {
  printf '%s: environment file %s: %s\n' "$1" "$2" "$3" >&2
}

# Set $perp_text to $1 without the blanks around it.
perp_trim() {
  perp_text=${1#"${1%%[!"$perp_blanks"]*}"}
  perp_text=${perp_text%"${perp_text##*[!"$perp_blanks"]}"}
}

# Set $perp_value to $1, trimmed and with its escape sequences replaced: split at each backslash,
# every part but the first one begins with what the backslash escapes, which is a backslash if the
# part is empty. The dot keeps an empty last part from being lost.
perp_unescape() {
  # shellcheck disable=SC2141 # there, and only there, it shall be split
  local - IFS=\\
  set -f
  perp_trim "$1"
  # shellcheck disable=SC2086
  set -- $perp_text.
  perp_value=$1
  while test $# -gt 1; do
    shift
    case $1 in
      n*) perp_value+=$'\n'${1#n} ;;
      t*) perp_value+=$'\t'${1#t} ;;
      _*) perp_value+=" ${1#_}" ;;
      ?*) perp_value+=\\$1 ;;
      *)
        shift
        perp_value+=\\$1
        ;;
    esac
  done
  perp_value=${perp_value%.}
}

# Change the variable $1: by the value $2, or unset it if there is none.
perp_change() {
  if test $# -eq 1; then
    perp_changes+=(@busybox@/bin/env -u "$1" --)
  else
    perp_unescape "$2"
    perp_changes+=("$1=$perp_value")
  fi
}

perp_read_folder() {
  local - perp_path perp_line
  set +f
  for perp_path in "$2"/*; do
    test -e "$perp_path" || continue
    if ! perp_line=$(@busybox@/bin/head -n 1 "$perp_path"); then
      perp_say_of_file "$1" "$2" "cannot read ${perp_path##*/}"
      return 1
    fi
    perp_trim "$perp_line"
    perp_change "${perp_path##*/}" ${perp_text:+"$perp_text"}
  done
}

# Change what the line $1 of the file says.
perp_read_line() {
  perp_trim "$1"
  case $perp_text in
    '' | '#'* | =*) ;;
    *=*)
      perp_trim "${perp_text%%=*}"
      perp_change "$perp_text" "${1#*=}"
      ;;
    *) perp_change "$perp_text" ;;
  esac
}

# Let $perp_changes be what the environment file $2 of the service $1 changes: arguments of env(1),
# before which others may stand, and after which a program follows.
perp_read_environment_file() {
  local - perp_line perp_number=0
  perp_changes=()
  if test -d "$2"; then
    perp_read_folder "$1" "$2"
  elif ! test -r "$2"; then
    perp_say_of_file "$1" "$2" "cannot read it"
    return 1
  else
    while IFS= read -r perp_line || test -n "$perp_line"; do
      perp_number=$((perp_number + 1))
      perp_warn_of_line "$1" "$2" "$perp_number" "$perp_line"
      perp_read_line "$perp_line"
    done <"$2"
  fi
}

# Say what in a line is not meant so, most likely.
perp_warn_of_line() {
  local perp_where="line $3"
  case $4 in
    $'\xef\xbb\xbf'*)
      perp_say_of_file "$1" "$2" "$perp_where: begins with a byte order mark, which becomes part of the name
  save the file as UTF-8 without it"
      ;;
  esac
  perp_trim "${4#$'\xef\xbb\xbf'}"
  case $perp_text in
    export[[:blank:]]*=*)
      perp_trim "${perp_text%%=*}"
      perp_say_of_file "$1" "$2" "$perp_where: sets a variable with the name \"$perp_text\"
  leave out export: the file is no shell script"
      ;;
  esac
}

# shellcheck shell=sh
# Times as nixpkgs' dockerTools take them; sourced. $coreutils is needed for other times than the
# default and "now".

# Print the time $2 that the argument $1 gives as the format $3 of `date` says.
print_time() {
  case $2 in
    1970-01-01T00:00:01Z) date -u -d @1 "+$3" ;;
    now) date -u "+$3" ;;
    *[![:space:]]*) "$coreutils/bin/date" --utc --date="$2" "+$3" || refuse_time "$1" "$2" ;;
    *) refuse_time "$1" "$2" ;;
  esac
}

refuse_time() {
  {
    echo "dockerTools: $1: expected a time, such as 1970-01-01T00:00:01Z, 2030-01-31 12:00 +0200," \
      "@86400, or \"now\", got \"$2\""
  } >&2
  return 1
}

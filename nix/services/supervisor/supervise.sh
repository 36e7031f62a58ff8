#!@shell@
# shellcheck shell=bash disable=SC2317 # trap calls stop, which calls others
# What init becomes: it starts perpd and, when it is told to stop, stops the services in the reverse
# of their order.
#
#   supervise GRACE SERVICES
#
# GRACE is how many seconds the services have for it; then they are killed. SERVICES/etc/perp
# has a folder for each service, and the files .stop-order, which names on each line the services to
# stop at once, and .users, the users of services, with the numbers of some.
#
# Exit status: 0, or that of the service which was to end the container when it fails.

grace=$1
services=$2

. @state@

say() {
  printf 'init: %s\n' "$*" >&2
}

fail() {
  say "$*"
  exit 111
}

# Activate all services: perpd runs those whose folders have the sticky bit, which oneshots lose
# when they are done. Their folders are there only where the image has them.
make_base() {
  set --
  for folder in "$services"/etc/perp/*; do
    own=$base/${folder##*/}
    if ! test -e "$own/rc.main"; then
      mkdir -p "$own" && ln -s "$folder"/* "$own/" || return
    fi
    set -- "$@" "$own"
  done
  test -w "$base" && chmod +t "$@"
}

# Whoever cannot write to the image's own folder has one beside the markers.
choose_base() {
  for base in /etc/perp "$state/base"; do
    if make_base 2>/dev/null; then
      echo "$base" >"$state/.base"
      export PERP_BASE="$base"
      return
    fi
  done
  fail "cannot make the folders of services in $state/base"
}

. @users@
. @output@

# Job control is on meanwhile: without it a shell starts what is in the background with INT and
# QUIT ignored, and all services would inherit that.
start_perpd() {
  set -m
  @perp@/bin/perpd "$base" &
  perpd=$!
  set +m
}

# Stop the services $2...; kill those that still run at $1, and return 1 then. None that has no
# process now can start any more: start_as sees the marker .stopping.
stop_services() {
  deadline=$1
  shift
  began=$(now)
  usual=()
  for service; do
    signal_to_stop "$service" || usual+=("$service")
  done
  test ${#usual[@]} -eq 0 || perpctl -q -b "$base" d "${usual[@]}" 2>/dev/null &
  for service; do
    limit=$(limit_of "$service")
    while test -e "$state/$service.pid"; do
      if test "$(now)" -ge "$deadline"; then
        kill_services "$@"
        return 1
      elif test "$limit" && test "$(now)" -ge "$limit"; then
        kill_services "$service"
        limit=
      fi
      sleep 0.02
    done
  done
}

# Send the service $1 the signal of its own that stops it; fail if it has none.
signal_to_stop() {
  read -r signal _ 2>/dev/null <"$state/$1.stop" && test "$signal" != TERM &&
    leader=$(cat "$state/$1.pid" 2>/dev/null) && kill -s "$signal" "$leader" 2>/dev/null
}

# Print when the service $1 is to be killed, if it may not take as long as the others.
limit_of() {
  if read -r _ seconds 2>/dev/null <"$state/$1.stop" && test "$seconds"; then
    echo $((began + seconds * 100))
  fi
}

kill_services() {
  for service; do
    if leader=$(cat "$state/$service.pid" 2>/dev/null); then
      say "$service has not stopped in time: killed"
      # shellcheck disable=SC2046 # one word for each process
      kill_processes $(session "$leader") || say "$service: $refused"
    fi
  done
}

# Stop all services and exit with status $1. When the time is up, what is left to be stopped has
# another second, all at once.
stop() {
  ignore_signals
  true >"$state/.stopping"
  deadline=$(($(now) + grace * 100))
  while read -r names; do
    # shellcheck disable=SC2086 # one word for each service
    if ! stop_services "$deadline" $names; then
      names=$(cat)
      test -z "$names" || stop_services $((deadline + 100)) $names
    fi
  done <"$services/etc/perp/.stop-order"
  kill -s TERM "$perpd" 2>/dev/null
  close_output
  clear_state
  exit "$1"
}

# Others may still ask for the markers in the usual place; in one that containers share, they would
# stay for ever.
clear_state() {
  rm -f "$state/.environment"
  case $state in
    */perp) ;;
    *) rm -rf "${state:?}" ;;
  esac
}

# A service that ends the container has written the status first; from anybody else the signal
# means nothing.
stop_if_asked() {
  ! read -r asked 2>/dev/null <"$state/.exit-status" || stop "$asked"
}

# Not by ignoring them: services would inherit that.
ignore_signals() {
  trap : HUP INT QUIT ABRT USR1 PIPE ALRM TERM USR2 TRAP SYS STKFLT XCPU XFSZ VTALRM PROF IO PWR \
    {34..64}
}

ignore_signals
trap 'exit 0' TERM INT QUIT
choose_base
check_users
open_output
trap 'stop 0' TERM INT QUIT
trap stop_if_asked USR1
trap 'kill -s HUP "$perpd"' HUP
start_perpd
while kill -0 "$perpd" 2>/dev/null; do
  wait "$perpd"
done
fail "perpd has ended"

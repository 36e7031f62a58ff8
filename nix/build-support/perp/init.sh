#!@shell@
# shellcheck shell=sh disable=SC2317 # trap calls stop, which calls others
# The first process of a container: it starts perpd and, when it is told to stop, stops the services
# in the reverse of their order.
#
#   init GRACE SERVICES
#
# GRACE is how many seconds the services have for it; then they are killed. SERVICES/etc/perp
# has a folder for each service, and the file .stop-order, which names on each line the services to
# stop at once.
#
# Exit status: 0, or that of the service which was to end the container when it fails.

grace=$1
services=$2
export PERP_BASE="${PERP_BASE:-/etc/perp}"

. @state@

say() {
  printf 'init: %s\n' "$*" >&2
}

fail() {
  say "$*"
  exit 111
}

# Forget what an earlier start of the container has left.
make_state() {
  mkdir -p "$(readlink -f /var/run || echo /var/run)/perp" &&
    rm -rf "${state:?}"/* "$state"/.[!.]* &&
    echo $$ >"$state/.init"
}

# Activate all services: perpd runs those whose folders have the sticky bit, which oneshots lose
# when they are done. On a tmpfs their folders are not there yet.
make_base() {
  set --
  for folder in "$services"/etc/perp/*; do
    own=$PERP_BASE/${folder##*/}
    if ! test -e "$own/rc.main"; then
      mkdir -p "$own" && ln -s "$folder"/* "$own/" || return
    fi
    set -- "$@" "$own"
  done
  chmod +t "$@"
}

# What every distribution has, but not every image.
make_common_places() {
  test -d /tmp || mkdir -m 1777 /tmp
  grep -q '^nobody:' /etc/passwd 2>/dev/null ||
    echo 'nobody:x:65534:65534:nobody:/tmp:/bin/false' >>/etc/passwd
}

# Job control is on meanwhile: without it a shell starts what is in the background with INT and
# QUIT ignored, and all services would inherit that.
start_perpd() {
  set -m
  PATH=$image_path @perp@/bin/perpd "$PERP_BASE" &
  perpd=$!
  set +m
}

# Stop the services $2...; kill those that still run at $1, and return 1 then. None that has no
# process now can start any more: start_as sees the marker .stopping.
stop_services() {
  deadline=$1
  shift
  perpctl -q -b "$PERP_BASE" d "$@" 2>/dev/null &
  for service; do
    while test -e "$state/$service.pid"; do
      if test "$(now)" -ge "$deadline"; then
        kill_services "$@"
        return 1
      fi
      sleep 0.02
    done
  done
}

kill_services() {
  for service; do
    if leader=$(cat "$state/$service.pid" 2>/dev/null); then
      say "$service has not stopped in time: killed"
      # shellcheck disable=SC2046 # one word for each process
      kill -s KILL $(session "$leader") 2>/dev/null
    fi
  done
}

# Stop all services and exit with status $1. When the time is up, what is left to be stopped has
# another second, all at once.
stop() {
  trap '' TERM INT QUIT HUP USR1
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
  exit "$1"
}

trap 'exit 0' TERM INT QUIT
make_state || fail "cannot write to $state: with a read-only root file system add --tmpfs /run"
make_base || fail "cannot write to $PERP_BASE: with a read-only root file system add --tmpfs $PERP_BASE"
make_common_places || fail "cannot make /tmp, or the user nobody in /etc/passwd"
trap 'stop 0' TERM INT QUIT
trap 'stop "$(cat "$state/.exit-status")"' USR1
trap 'kill -s HUP "$perpd"' HUP
start_perpd
while kill -0 "$perpd" 2>/dev/null; do
  wait "$perpd"
done
fail "perpd has ended"

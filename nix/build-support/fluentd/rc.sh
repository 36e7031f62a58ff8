# shellcheck shell=sh
# What rc.main does for a captured service and for its log, beside ../perp/rc.sh. The service prints
# into the pipe PIPE.output; the service's log copies that to the container's log and into PIPE,
# which fluentd reads.

make_pipe() {
  mkdir -p "${1%/*}"
  test -p "$1" || mkfifo -m 600 "$1"
}

# Before the log of a service starts: to open the pipe $1 takes until somebody reads it.
wait_for_fluentd() {
  make_pipe "$1"
  make_pipe "$1.output"
  # shellcheck disable=SC2016 # for the shell that is started
  has_run || timeout 1 sh -c ': >"$0"' "$1" || try_later "waits until fluentd reads $1"
}

# Before the service itself starts, run by the user $2, what it prints goes into the pipe $1. The
# service holds it open for reading as well, and so is there before its log $3 or after it.
capture_output() {
  has_run || test -e "$state/$3.started" || try_later "waits for $3"
  chown "$2" "$1"
  exec 1<>"$1" 2>&1
}

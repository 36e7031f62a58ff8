# shellcheck shell=sh
# What rc.main does for a captured service and for its log, beside ../perp/rc.sh. The service prints
# into the pipe PIPE.output; the service's log copies that to the container's log and into PIPE,
# which fluentd reads.

make_pipe() {
  mkdir -p "${1%/*}"
  test -p "$1" || mkfifo -m 600 "$1"
}

# To open a pipe for writing takes until somebody reads it.
wait_for_reader() {
  # shellcheck disable=SC2016 # for the shell that is started
  has_run || timeout 1 sh -c ': >"$0"' "$1" || try_later "waits until $2 reads $1"
}

# Before the log of a service starts.
wait_for_fluentd() {
  make_pipe "$1"
  make_pipe "$1.output"
  wait_for_reader "$1" fluentd
}

# Before the service itself starts, run by the user $2, what it prints goes into the pipe $1. The
# service holds it open for reading as well, so that it does not fail while its log $3 is away.
capture_output() {
  make_pipe "$1"
  chown "$2" "$1"
  wait_for_reader "$1" "$3"
  exec 1<>"$1" 2>&1
}

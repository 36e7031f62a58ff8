# shellcheck shell=bash
# What rc.main does for a captured service, for its log and for fluentd, beside ../perp/rc.sh. The
# service prints into the pipe NAME.output; the service's log copies that to the container's log and
# into the pipe NAME, which fluentd reads.

# The configuration names the pipes in this folder. Whoever cannot write there has them elsewhere.
pipes_of_conf=/var/run/fluentd
if { mkdir -p $pipes_of_conf && test -w $pipes_of_conf; } 2>/dev/null; then
  pipes=$pipes_of_conf
else
  pipes=$state/pipes
  mkdir -p "$pipes"
fi

make_pipe() {
  test -p "$pipes/$1" || mkfifo -m 600 "$pipes/$1"
}

# To open a pipe for writing takes until somebody reads it.
wait_for_reader() {
  # shellcheck disable=SC2016 # for the shell that is started
  has_run || timeout 1 sh -c ': >"$0"' "$pipes/$1" || try_later "waits until $2 reads $pipes/$1"
}

# Before fluentd starts, with the configuration $1, for the application $2 if the container does not
# name it.
configure_fluentd() {
  FLUENT_CONF=$1
  if test "$pipes" != "$pipes_of_conf"; then
    FLUENT_CONF=$state/fluent.conf
    sed "s,$pipes_of_conf/,$pipes/,g" "$1" >"$FLUENT_CONF"
  fi
  APPLICATION_NAME=$(variable_of_container APPLICATION_NAME) && test "$APPLICATION_NAME" ||
    APPLICATION_NAME=$2
  export FLUENT_CONF APPLICATION_NAME
  set_for_service 'FLUENT_CONF APPLICATION_NAME'
}

# Before the log of the service $1 starts. It is none of the image's services, so the container's
# variables are not for it.
wait_for_fluentd() {
  make_pipe "$1"
  make_pipe "$1.output"
  wait_for_reader "$1" fluentd
  export FLUENTD_PIPES="$pipes" CAPTURED_PID="$state/$1.pid"
  set_for_service 'FLUENTD_PIPES CAPTURED_PID'
  # shellcheck disable=SC2034 # for start_as
  variables_of_container=/dev/null
}

# Before the service $1 itself starts, run by the user $2, what it prints goes into its pipe, which
# it may open by name as well. It holds the pipe open for reading, too, so that it does not
# fail while its log $3 is away.
capture_output() {
  make_pipe "$1.output"
  test "$2" = root || chmod a+w "$pipes/$1.output"
  wait_for_reader "$1.output" "$3"
  exec 1<>"$pipes/$1.output" 2>&1
}

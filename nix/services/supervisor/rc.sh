# shellcheck shell=bash
# What the rc.main scripts of services share. perpd runs rc.main in the service's folder, in a
# session of its own, with one of these:
#
#   rc.main start NAME                    run the service
#   rc.main reset NAME exit STATUS        clear up after it
#   rc.main reset NAME signal N SIGNAME
#
# It calls itself with "watch LEADER", to look after a run of the service; see start_watch.
#
# rc.main itself says which $service it is (perpd cuts NAME to 31 characters), and what is not as
# usual: after how many failures the container ends ($max_failures), how to find out whether the
# service is ready ($ready_interval, $ready_timeout: seconds) and what to do when it is so no more
# ($on_unready), how long it may wait for a restart ($max_restart_delay) or run ($time_limit), when
# it runs ($schedule), and how it is stopped ($stop_signal, $stop_timeout).

. @state@

say() {
  printf '%s: %s\n' "$service" "$*" >&2
}

# Let the marker $1 of the service say $2.
mark() {
  printf '%s\n' "$2" >"$state/.$service.$1.new"
  mv "$state/.$service.$1.new" "$state/$service.$1"
}

# Set $said to what the marker $1 of the service $2 says; fail if there is none.
read_marker() {
  said=
  read -r said 2>/dev/null <"$state/$2.$1"
}

# Has the service $1 been up for 3 s? perpok(8) would count the time that it has waited, too.
is_up() {
  read_marker pid "$1" && kill -s 0 "$said" 2>/dev/null &&
    read_marker started "$1" && test $(($(now) - said)) -ge 300
}

# start: wait for other services, but only before the first run

has_run() {
  test -e "$state/$service.started"
}

# Say once why the service waits, and end, so that perpd tries again. To end soon is important:
# what has lasted for 3 s counts as being up.
try_later() {
  if ! read_marker waiting "$service" || test "$said" != "$1"; then
    mark waiting "$1"
    say "$1"
  fi
  sleep 1.1
  exit 0
}

wait_for_service() {
  has_run || is_up "$1" || try_later "waits until $1 has been up for 3 s"
}

wait_for_ready() {
  has_run || test -e "$state/$1.ready" || try_later "waits until $1 is ready$(how_long "$1")"
}

wait_for_oneshot() {
  if has_run || test -e "$state/$1.success"; then
    return
  elif read_marker fail "$1"; then
    try_later "waits for $1, which has failed: $said"
  else
    try_later "waits until $1 has succeeded$(how_long "$1")"
  fi
}

# Print since when the service $1 runs, if that is long. Few texts, since each is said once.
how_long() {
  local seconds
  if test -e "$state/$1.pid" && read_marker started "$1"; then
    seconds=$((($(now) - said) / 100))
    case $((seconds >= 15)),$((seconds >= 60)),$((seconds >= 600)),$((seconds >= 3600)) in
      1,1,1,1) echo ", which runs for more than an hour" ;;
      1,1,1,*) echo ", which runs for more than 10 minutes" ;;
      1,1,*) echo ", which runs for more than a minute" ;;
      1,*) echo ", which runs for more than 15 s" ;;
    esac
  fi
}

# start: wait for the time

# What has ended again and again within a minute starts later each time.
hold_back() {
  if read_marker resume "$service" && test "$(now)" -lt "$said"; then
    sleep 1
    exit 0
  fi
}

# Is the number $1 among those of a field of crontab(5), $2? The field's first number is $3.
is_in_field() {
  local - IFS=, part range step first last
  set -f
  for part in $2; do
    range=${part%/*} step=1
    test "$range" = "$part" || step=${part#*/}
    case $range in
      '*') first=$3 last=99 ;;
      *-*) first=${range%-*} last=${range#*-} ;;
      *)
        first=$range last=$range
        test "$range" = "$part" || last=99
        ;;
    esac
    first=$((10#$first)) last=$((10#$last))
    if test "$1" -ge $first && test "$1" -le $last && test $((($1 - first) % step)) -eq 0; then
      return
    fi
  done
  return 1
}

# Is the day one of the two fields? If both are restricted, one of them is enough: crontab(5).
is_day() {
  local by_month by_week
  is_in_field "$1" "$3" 1
  by_month=$?
  is_in_field "$2" "$4" 0 || { test "$2" -eq 0 && is_in_field 7 "$4" 0; }
  by_week=$?
  case $3,$4 in
    '*'* | *,'*'*) test $by_month -eq 0 && test $by_week -eq 0 ;;
    *) test $by_month -eq 0 || test $by_week -eq 0 ;;
  esac
}

# Is this the time: minute, hour, day of month, month, day of week?
is_time() {
  local -
  set -f
  # shellcheck disable=SC2086 # five fields
  set -- "$@" $schedule
  is_in_field "$1" "$6" 0 && is_in_field "$2" "$7" 0 && is_in_field "$4" "$9" 1 &&
    is_day "$3" "$5" "$8" "${10}"
}

# Sleep until a minute begins at which the oneshot is to run, in the container's time zone. What is
# printed is closed to sleep, which outlives a shell that is told to end.
wait_for_schedule() {
  local time
  if TZ=$(variable_of_container TZ); then
    export TZ
  else
    unset TZ
  fi
  mark waiting "waits for its time: $schedule"
  while true; do
    sleep $((60 - EPOCHSECONDS % 60)) >/dev/null 2>&1
    printf -v time '%(%-M %-H %-d %-m %w)T' -1
    # shellcheck disable=SC2086 # five words
    if is_time $time; then
      return
    fi
  done
}

# start: run

# Let the variable $1, which has to be set, reach the service, whatever the container sets it to.
variables_of_container=$state/.environment
service_variables='HOME LOGNAME USER PERP_BASE PERP_SVPID'
set_for_service() {
  service_variables="$service_variables $1"
}

# Print the value of the container's variable $1; fail if there is none.
variable_of_container() {
  local entry
  while IFS= read -r -d '' entry; do
    if test "${entry%%=*}" = "$1"; then
      printf '%s' "${entry#*=}"
      return
    fi
  done <"$variables_of_container"
  return 1
}

# Print the home of a user by /etc/passwd, or /tmp. That of nobody is none, whatever is there.
home_of() {
  local home
  home=$(awk -F : -v name="$1" '$1 == name { print $6; exit }' /etc/passwd 2>/dev/null)
  if test "$1" != nobody && test "$home" != / && test -d "$home"; then
    echo "$home"
  else
    echo /tmp
  fi
}

# Set $as_user to the words before a command that the user $1 runs, or else whoever has started the
# container, and $USER and $HOME to that user's. Without a home of his own he has that of nobody.
set_user() {
  as_user=()
  if test "$EUID" -ne 0; then
    USER=$(id -un 2>/dev/null) || USER=$EUID
    HOME=$(variable_of_container HOME) && test "$HOME" != / && test -w "$HOME" || HOME=/tmp
  elif test "$1" = root; then
    USER=root HOME=/root
  else
    USER=$1 HOME=$(home_of "$1")
    as_user=(@runit@/bin/chpst -u ":$(cat "$state/.user.$1")")
  fi
}

# Become ./start, run by the user $1, or by whoever has started the container. What ./start passes
# on to the service it reads from the file descriptor 3.
start_as() {
  rm -f "$state/$service".{waiting,success,fail,ready,late}
  mark started "$(now)"
  mark pid $$
  if test -e "$state/.stopping"; then
    rm "$state/$service.pid"
    exit 0
  fi
  mark user "$1"
  if test "${stop_signal:-}${stop_timeout:-}"; then
    mark stop "${stop_signal:-TERM} ${stop_timeout:-}"
  fi
  start_watch
  set_user "$1"
  export_variables
  exec "${as_user[@]}" ./start 3<"$variables_of_container"
}

export_variables() {
  LOGNAME=$USER
  export HOME LOGNAME USER service_variables
}

# watch: look after a run of the service, beside it

# Start what looks after this run, if anything is to be looked after: in a session of its own, not
# as a process of the service, which this one becomes.
start_watch() {
  if test "${ready_timeout:-}${time_limit:-}"; then
    (setsid env -u PERP_SVPID "$PERP_BASE/$service/rc.main" watch $$ </dev/null &)
  fi
}

# Does the run whose first process is $1 last, and shall it?
is_running() {
  read_marker pid "$service" && test "$said" = "$1" && ! test -e "$state/.stopping"
}

# Run ./ready as the service's user for at most $ready_timeout seconds, and kill what it leaves. Set
# $said to the last line of what it prints.
is_ready() {
  local answer=$state/.$service.answer.$BASHPID check status
  read_marker user "$service" || return
  set_user "$said"
  service_variables='HOME LOGNAME USER PERP_BASE'
  export_variables
  setsid timeout -s KILL "$ready_timeout" "${as_user[@]}" "$PERP_BASE/$service/ready" \
    3<"$variables_of_container" >"$answer" 2>&1 </dev/null &
  check=$!
  wait "$check" 2>/dev/null
  status=$?
  kill -s KILL -- "-$check" 2>/dev/null
  said=$(tail -n 1 "$answer")
  rm -f "$answer"
  test $status -ne 137 || said="no answer in $ready_timeout s"
  return $status
}

# Ask until the run $1 is ready; then only where that may end.
watch_service() {
  local failures=0 reason
  mark watch $$
  while is_running "$1"; do
    if is_ready; then
      failures=0
      become_ready "$1"
      test "${on_unready:-wait}" = restart || break
    elif test -e "$state/$service.ready"; then
      reason=$said
      failures=$((failures + 1))
      if test $failures -ge 3 && is_running "$1"; then
        rm "$state/$service.ready"
        say "is not ready any more${reason:+ ($reason)}: it starts again"
        end_run "$1"
        break
      fi
    fi
    sleep "$ready_interval" >/dev/null 2>&1
  done
  rm -f "$state/$service.watch"
}

# The run $1 may have ended meanwhile.
become_ready() {
  test -e "$state/$service.ready" || mark ready "$(now)"
  is_running "$1" || rm -f "$state/$service.ready"
}

watch_oneshot() {
  mark watch $$
  sleep "$time_limit" >/dev/null 2>&1
  if is_running "$1"; then
    mark late "$time_limit"
    end_run "$1"
  fi
  rm -f "$state/$service.watch"
}

# Stop the run $1; kill it when its time is up.
end_run() {
  local polls=$((${stop_timeout:-8} * 10))
  kill -s "${stop_signal:-TERM}" "$1" 2>/dev/null
  kill -s CONT "$1" 2>/dev/null
  while is_running "$1"; do
    if test $polls -eq 0; then
      # shellcheck disable=SC2046 # one word for each process
      kill_processes $(session "$1") || say "$refused"
      return
    fi
    polls=$((polls - 1))
    sleep 0.1 >/dev/null 2>&1
  done
}

# reset

# End what the service has left running: other commands of a pipeline, jobs in the background.
# After 1 s they are killed; while the container stops, init does that when the time is up.
end_session() {
  polls=0
  while pids=$(session "$1") && test -n "$pids"; do
    # shellcheck disable=SC2086 # one word for each process
    if test $polls -eq 0; then
      kill -s TERM $pids 2>/dev/null
      kill -s CONT $pids 2>/dev/null
    elif test $polls -ge 20 && ! test -e "$state/.stopping" && ! kill_processes $pids; then
      say "$refused"
      return
    fi
    polls=$((polls + 1))
    sleep 0.05
  done
}

# Say what the run of the service with the process $1 has left behind out of reach: a daemon makes a
# session of its own. Its variables tell it, which its own user can read.
report_daemons() {
  local file process name
  read_marker user "$service"
  set_user "$said"
  for file in $("${as_user[@]}" env -u PERP_SVPID \
    grep -lszx "PERP_SVPID=$1" /proc/[0-9]*/environ); do
    process=${file//[!0-9]/}
    if test "$process" -ne $$ && read -r name 2>/dev/null <"/proc/$process/comm"; then
      say "has left behind process $process ($name), which does not stop with it
  let the command stay in the foreground"
    fi
  done
}

# Take the arguments of reset; set $status as a shell would, and $how in words. End here if the
# service has only waited.
clear_up() {
  read_marker pid "$service" || exit 0
  leader=$said
  case $3 in
    exit) status=$4 how="exit status $4" ;;
    *) status=$((128 + $4)) how="signal $5" ;;
  esac
  if read_marker late "$service"; then
    status=124 how="its time limit of $said s" # as timeout(1) does
  fi
  end_watch
  mark end "$how"
  if test "$status" -ne 0 && ! test -e "$state/.stopping"; then
    say "has ended with $how"
  fi
  end_session "$leader"
  test -e "$state/.stopping" || report_daemons "$leader"
}

# Whoever stops the container does not wait for what looks after services.
end_watch() {
  rm -f "$state/$service.ready"
  if read_marker watch "$service"; then
    rm -f "$state/$service.watch"
    kill -s TERM "$said" 2>/dev/null
  fi
}

# Let a service that has ended within a minute, again and again, start after 1 s, then after 2 s, 4 s
# ... TERM is somebody's wish. perpd waits for the first second by itself.
count_crash() {
  local crashes=0 delay
  if test -z "${max_restart_delay:-}" || test -e "$state/.stopping"; then
    return
  fi
  read_marker started "$service"
  if test "$status" -ne 143 && test $(($(now) - said)) -lt 6000; then
    read_marker crashes "$service"
    crashes=$((${said:-0} + 1))
  fi
  mark crashes $crashes
  delay=$((1 << (crashes < 14 ? (crashes > 0 ? crashes - 1 : 0) : 13)))
  test $delay -le "$max_restart_delay" || delay=$max_restart_delay
  if test "$delay" -gt 1; then
    mark resume $(($(now) + delay * 100))
    say "starts again in $delay s"
  else
    rm -f "$state/$service.resume"
  fi
}

# Say that the service ends although nothing is wrong: at the third time in a row, and at times from
# then on. It may have been told to end, so that once means nothing.
count_success() {
  local successes=0
  if test "$status" -eq 0 && ! test -e "$state/.stopping"; then
    read_marker successes "$service"
    successes=$((${said:-0} + 1))
    case $successes in
      3 | 10 | 100 | *000)
        say "has ended $successes times in a row with exit status 0, and starts again
  if it is to run once, make it a oneshot; else let the command stay in the foreground"
        ;;
    esac
  fi
  mark successes "$successes"
}

# Make init end the container once the service has failed $max_failures times in a row. A run that
# lasts a minute breaks the row. TERM is no failure, since somebody asked for it.
count_failure() {
  if test -z "${max_failures:-}" || test -e "$state/.stopping" || test "$status" -eq 143; then
    return
  fi
  read_marker failures "$service"
  failures=$((${said:-0} + 1))
  read_marker started "$service"
  if test "$status" -eq 0; then
    failures=0
  elif test $(($(now) - said)) -ge 6000; then
    failures=1
  fi
  mark failures "$failures"
  if test "$failures" -ge "$max_failures"; then
    say "has failed $failures times in a row: the container ends"
    echo "$status" >"$state/.exit-status"
    kill -s USR1 "$(cat "$state/.init")"
  fi
}

service_ended() {
  clear_up "$@"
  count_success
  count_failure
  count_crash
  rm "$state/$service.pid"
}

# A oneshot without a schedule stays down until "perpctl A". X alone is not enough: perpd looks later, and could start
# it in between, or miss that somebody activates it again. But before it answers d, it looks. The
# markers come last, since whoever waits for them may activate the oneshot.
oneshot_ended() {
  clear_up "$@"
  count_failure
  if test -z "${schedule:-}" && ! test -e "$state/.stopping"; then
    perpctl -q -b "$PERP_BASE" X "$service"
    perpctl -q -b "$PERP_BASE" d "$service"
  fi 2>/dev/null
  if test "$status" -eq 0; then
    mark success "$how"
  else
    mark fail "$how"
  fi
  rm "$state/$service.pid"
}

# check: is the service as it should be? If not, say why.

check_service() {
  if ! test -k "$PERP_BASE/$service"; then
    return 0 # somebody has switched it off: perpctl X
  elif read_marker waiting "$service"; then
    say "$said"
    return 1
  elif test "${ready_timeout:-}" && test -e "$state/$service.pid"; then
    if ! is_ready; then
      say "is not ready${said:+: $said}"
      return 1
    fi
  elif ! is_up "$service"; then
    read_marker end "$service"
    say "has not been up for 3 s; its last end: ${said:-none}"
    return 1
  fi
}

check_oneshot() {
  if test -e "$state/$service.success"; then
    return 0
  elif read_marker fail "$service"; then
    say "has failed: $said"
  elif test "${schedule:-}"; then
    return 0
  elif read_marker waiting "$service"; then
    say "$said"
  else
    say "has not finished$(how_long "$service")"
  fi
  return 1
}

# shellcheck shell=sh disable=SC2034 # variables are for who reads this in
# What the first process of a container and the rc.main scripts of its services share.
#
# Below $state, /var/run/perp where that can be, are markers. They belong to one start of the container:
#
#   SERVICE.user       who runs it
#   SERVICE.started    when it started the last time; it need not wait for others again
#   SERVICE.pid        it runs, or what it has left is being ended; the session that it leads
#   SERVICE.waiting    what it waits for
#   SERVICE.ready      when it has become ready
#   SERVICE.watch      the process that asks whether it is ready, or knows how long it may run
#   SERVICE.late       its time limit, which has ended it
#   SERVICE.resume     when it may start again
#   SERVICE.crashes    how often it has ended in a row, each time within a minute
#   SERVICE.stop       the signal that stops it, and how many seconds it has then
#   SERVICE.end        how it has ended the last time
#   SERVICE.success    the oneshot has succeeded
#   SERVICE.fail       the oneshot has failed, and how
#   SERVICE.failures   how often it has failed in a row
#   SERVICE.successes  how often it has ended with status 0 in a row
#   .init              the process id of init
#   .base              perp's base folder
#   .environment       the container's variables, each with a NUL at its end
#   .user.NAME         UID:GID of a user whom services run as, and a colon and each other group
#   .exit-status       the exit status that the container shall have
#   .stopping          init stops the services

state=$SUPERVISOR_STATE
PATH=@perp@/bin:@busybox@/bin
umask 022

# Print the uptime in hundredths of a second.
now() {
  read -r uptime _ </proc/uptime
  echo "${uptime%.*}${uptime#*.}"
}

# Print the processes of the session $1 that still run. In /proc/PID/stat the program's name, which
# may hold anything, is in brackets; after it come state, parent, group and session.
session() {
  for stat in /proc/[0-9]*/stat; do
    read -r line 2>/dev/null <"$stat" || continue
    # shellcheck disable=SC2086 # the fields are words
    set -- "$1" ${line##*) }
    if test "$5" = "$1" && test "$2" != Z; then
      printf '%s ' "${line%% *}"
    fi
  done
}

# Kill processes; set $refused to why some cannot be killed, and fail if there are such.
kill_processes() {
  refused=
  for process; do
    said=$(kill -s KILL "$process" 2>&1) || ! test -d "/proc/$process" ||
      refused="process $process cannot be killed: ${said##*- }"
  done
  test -z "$refused"
}

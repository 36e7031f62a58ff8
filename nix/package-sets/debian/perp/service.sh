# shellcheck shell=sh disable=SC2034 # variables are for who reads this in
# What perpok and perpls ask about a service.

# Set $state to what runsv(8) says of the service $2 of the base folder $1, and $pid and $uptime (in
# hundredths of a second). Its uptime is that of its process: exec does not change the start,
# which is the 22nd field of /proc/PID/stat, in hundredths of a second after boot.
look_up() {
  supervise=$1/.control/$2/supervise
  state='' pid='' uptime=''
  read -r state 2>/dev/null <"$supervise/stat" && read -r pid 2>/dev/null <"$supervise/pid" || return
  started=$(start_of "$pid") && uptime=$(($(start_of self) - started))
}

start_of() {
  read -r line 2>/dev/null <"/proc/$1/stat" || return
  # shellcheck disable=SC2086 # the fields are words; the name, which stands in brackets, may not be
  set -- ${line##*) }
  echo "${20}"
}

# shellcheck shell=bash
# What services print into, and open as /dev/stdout and /dev/stderr: the container's own outputs.
# Who has made these (a pipe, a terminal) may not be who runs the services. Read in by supervise.

# May all services open what is open here as $1?
is_open_to_services() {
  local output=/proc/$$/fd/$1
  if test "${others:-}"; then
    case $(stat -L -c %a "$output") in
      *[2367]) return ;;
    esac
    test -p "$output" || test -t "$1" && chmod a+w "$output" 2>/dev/null
  else
    { true >>"$output"; } 2>/dev/null
  fi
}

# Let a process copy what is printed into a pipe of our own to where it belongs.
forward() {
  if test "$1" -eq 1; then
    exec 1> >(exec cat 2>/dev/null)
  else
    exec 2> >(exec cat >&2 2>/dev/null)
  fi
  copiers+=("$!")
  chmod a+w "/proc/$$/fd/$1"
}

copiers=()

open_output() {
  is_open_to_services 1 || forward 1
  is_open_to_services 2 || forward 2
}

# The last lines are copied once nobody can print any more: perpd neither, nor its services. A
# process that has left its service may hold the outputs open for ever.
close_output() {
  test ${#copiers[@]} -gt 0 || return
  wait "$perpd"
  exec >/dev/null 2>&1
  for _ in {1..50}; do
    kill -0 "${copiers[@]}" 2>/dev/null || break
    sleep 0.02
  done
}

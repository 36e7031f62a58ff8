#!@busybox@/bin/sh
# shellcheck shell=sh
# Say of each service of this container how it is, a line each.
#
#   services
#
# Exit status: 0, or 1 where no services have been started.

# shellcheck source=/dev/null
. @places@

# Set $said to what the marker $1 of $service says; fail if there is none.
read_marker() {
  said=
  read -r said 2>/dev/null <"$state/$service.$1"
}

# Print how long it is since the time $1, in hundredths of a second of the uptime.
since() {
  read -r uptime _ </proc/uptime
  seconds=$((${uptime%.*} - $1 / 100))
  if test $seconds -lt 60; then
    echo "$seconds s"
  elif test $seconds -lt 3600; then
    echo "$((seconds / 60)) min $((seconds % 60)) s"
  else
    echo "$((seconds / 3600)) h $((seconds % 3600 / 60)) min"
  fi
}

describe_running() {
  read_marker started
  how="up for $(since "${said:-0}")"
  if read_marker ready; then
    how="$how, ready"
  elif grep -qs '^ready_timeout=' "$base/$service/rc.main"; then
    how="$how, not ready yet"
  fi
  echo "$how"
}

# Print how the oneshot has ended, after $1; nothing if it has not.
describe_result() {
  if read_marker success; then
    echo "${1:-}succeeded"
  elif read_marker fail; then
    echo "${1:-}failed: $said"
  fi
}

describe() {
  if read_marker pid && test -d "/proc/$said"; then
    describe_running
  elif read_marker waiting; then
    echo "$said$(describe_result '; the last run has ')"
  elif test "$(describe_result)"; then
    describe_result
  elif test ! -k "$base/$service"; then
    echo 'switched off'
  elif read_marker end; then
    echo "down, has ended with $said"
  else
    echo 'not started yet'
  fi
}

if ! find_places; then
  echo 'services: init has not started any' >&2
  exit 1
fi
for rc_main in "$base"/*/rc.main; do
  service=${rc_main%/rc.main}
  service=${service##*/}
  printf '%-24s %s\n' "$service" "$(describe)"
done

# shellcheck shell=bash disable=SC2034 # variables are for who reads this in
# Who runs the services of a container. Started by root, it is nobody or root for each of them; any
# other user who starts a container runs all of them. Read in by supervise.

# What root needs to start services of another user, and to stop them; linux/capability.h.
capabilities=([5]=KILL [6]=SETGID [7]=SETUID)

# Print those of the capabilities that this process does not have.
missing_capabilities() {
  local effective number
  effective=$(sed -n 's/^CapEff:[[:blank:]]*/0x/p' /proc/self/status)
  for number in "${!capabilities[@]}"; do
    if (((effective >> number & 1) == 0)); then
      echo "${capabilities[number]}"
    fi
  done
}

# Is the id $2 known in this user namespace? $1 is uid or gid.
is_mapped() {
  awk -v id="$2" 'id >= $1 && id < $1 + $3 { found = 1 } END { exit !found }' "/proc/self/$1_map"
}

# Print UID:GID of nobody by /etc/passwd; fail if it has none.
find_nobody() {
  awk -F : '$1 == "nobody" && $3 ~ /^[0-9]+$/ && $4 ~ /^[0-9]+$/ { print $3 ":" $4; found = 1; exit }
    END { exit !found }' /etc/passwd 2>/dev/null
}

# Let programs find the name of nobody, if that can be: services run without it as well.
add_nobody() {
  if ! test -e /etc/passwd; then
    mkdir -p /etc && echo 'root:x:0:0:root:/root:/bin/sh' >/etc/passwd
  elif test -n "$(tail -c 1 /etc/passwd)"; then
    echo >>/etc/passwd
  fi && echo 'nobody:x:65534:65534:nobody:/tmp:/bin/false' >>/etc/passwd
} 2>/dev/null

# Not every user namespace has every user: setuid(2) fails then.
check_mapping() {
  local other=
  if ! is_mapped uid "${nobody%:*}" || ! is_mapped gid "${nobody#*:}"; then
    ! is_mapped uid 1 || other=", or run with --user 1, who then runs all services"
    fail "services run as nobody, $nobody, who has no place in the container's user namespace
  map more ids: --uidmap and --gidmap, or, without root, /etc/subuid and /etc/subgid$other"
  fi
}

check_capabilities() {
  local missing
  mapfile -t missing < <(missing_capabilities)
  if test ${#missing[@]} -gt 0; then
    fail "services run as nobody, and for that root needs more capabilities: ${missing[*]}
  run with ${missing[*]/#/--cap-add }, or with --user $nobody, who then runs all services"
  fi
}

check_nobody() {
  nobody=$(find_nobody) || nobody=65534:65534
  check_mapping
  check_capabilities
  echo "$nobody" >"$state/.nobody"
  find_nobody >/dev/null || add_nobody
}

check_users() {
  if test "$EUID" -ne 0; then
    say "all services run as uid $EUID, who has started the container"
  elif grep -qx nobody "$services/etc/perp/.users"; then
    others=yes
    check_nobody
  fi
  test -d /tmp || mkdir -m 1777 /tmp 2>/dev/null ||
    say "there is no folder /tmp, and none can be made: run with --tmpfs /tmp"
}

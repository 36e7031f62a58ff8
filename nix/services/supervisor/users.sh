# shellcheck shell=bash disable=SC2034 # variables are for who reads this in
# Who runs the services of a container. Started by root, it is the user of each; any other user who
# starts a container runs all of them. Read in by supervise.

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

# Print UID:GID of the user $1 by /etc/passwd; fail if he is not there.
find_user() {
  awk -F : -v name="$1" \
    '$1 == name && $3 ~ /^[0-9]+$/ && $4 ~ /^[0-9]+$/ { print $3 ":" $4; found = 1; exit }
    END { exit !found }' /etc/passwd 2>/dev/null
}

# Print the groups that /etc/group gives the user $1 beside the one with the number $2, a colon before
# each.
find_groups() {
  awk -F : -v name="$1" -v own="$2" \
    '$3 ~ /^[0-9]+$/ && $3 != own && ("," $4 ",") ~ ("," name ",") { printf ":%s", $3 }' \
    /etc/group 2>/dev/null
}

# Let programs find the name of the user $1, with the number $2 of him and of his group, if that can
# be: services run without it as well.
add_user() {
  if ! test -e /etc/passwd; then
    mkdir -p /etc && echo 'root:x:0:0:root:/root:/bin/sh' >/etc/passwd
  else
    end_line /etc/passwd
  fi && echo "$1:x:$2:$2:$1:/tmp:/bin/false" >>/etc/passwd
  test "$1" = nobody || grep -qs "^$1:" /etc/group ||
    { end_line /etc/group && echo "$1:x:$2:" >>/etc/group; }
} 2>/dev/null

# End the last line of the file.
end_line() {
  test -z "$(tail -c 1 "$1")" || echo >>"$1"
}

# Not every user namespace has every user: setuid(2) fails then. Takes name, uid and gid.
check_mapping() {
  local other=
  if ! is_mapped uid "$2" || ! is_mapped gid "$3"; then
    ! is_mapped uid 1 || other=", or run with --user 1, who then runs all services"
    fail "services run as $1, $2:$3, who has no place in the container's user namespace
  map more ids: --uidmap and --gidmap, or, without root, /etc/subuid and /etc/subgid$other"
  fi
}

check_capabilities() {
  local missing
  mapfile -t missing < <(missing_capabilities)
  if test ${#missing[@]} -gt 0; then
    fail "services run as $1, and for that root needs more capabilities: ${missing[*]}
  run with ${missing[*]/#/--cap-add }, or with --user $2, who then runs all services"
  fi
}

# Find the user $1, whose number is $2 if the image's definition gives one, and keep his ids for rc.sh.
check_user() {
  local ids wanted=${2:-}
  test "$1" != nobody || wanted=${wanted:-65534}
  if ! ids=$(find_user "$1"); then
    test "$wanted" || fail "services run as $1, and the image has no such user
  give the image users={\"$1\": NUMBER}, or the package that makes this user"
    ids=$wanted:$wanted
    add_user "$1" "$wanted" || true
  elif test "${2:-}" && test "${ids%:*}" != "$2"; then
    fail "services run as $1, who is $2 by the image's definition and ${ids%:*} in its /etc/passwd
  let users={...} say ${ids%:*}, or take another name"
  fi
  check_mapping "$1" "${ids%:*}" "${ids#*:}"
  check_capabilities "$1" "$ids"
  echo "$ids$(find_groups "$1" "${ids#*:}")" >"$state/.user.$1"
}

check_users() {
  local name number
  if test "$EUID" -ne 0; then
    say "all services run as uid $EUID, who has started the container"
  else
    while read -r name number; do
      if test "$name" != root; then
        others=yes
        check_user "$name" "$number"
      fi
    done <"$services/etc/perp/.users"
  fi
  test -d /tmp || mkdir -m 1777 /tmp 2>/dev/null ||
    say "there is no folder /tmp, and none can be made: run with --tmpfs /tmp"
}

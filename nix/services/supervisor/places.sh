# shellcheck shell=sh disable=SC2034 # variables are for who reads this in
# Where the supervisor of a container may write: the folder of its markers (see state.sh) and perp's
# base folder. Both depend on who starts the container, and on what is mounted.
#
# For scripts that are started with the container's own variables. Their shell is busybox, which is
# linked statically and obeys none of them, as bash would: LC_ALL, BASH_ENV, POSIXLY_CORRECT ...

PATH=@busybox@/bin
umask 022

# Print the folders that may be that of the markers, the best one first. Containers of a pod may
# share /tmp and /dev/shm, so the mount namespace is part of the name there.
candidates() {
  namespace=$(readlink /proc/self/ns/mnt)
  namespace=${namespace#*'['}
  printf '%s/perp\n' "$(readlink -f /var/run || echo /var/run)" /run
  printf "%s/perp.${namespace%']'}\n" /tmp /dev/shm /var/tmp
}

# Set $state to the folder that init has chosen, and $base to perp's; fail if there is none.
find_places() {
  while read -r state; do
    if read -r init 2>/dev/null <"$state/.init" && test -d "/proc/$init" &&
      read -r base 2>/dev/null <"$state/.base"; then
      return
    fi
  done <<END
$(candidates)
END
  return 1
}

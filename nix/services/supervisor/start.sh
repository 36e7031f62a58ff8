# shellcheck shell=bash
# What the scripts ./start of services share: they become the command. They are started with the
# variables of the supervisor, and with those of the container on the file descriptor 3. All names
# begin with perp_ here, since a pre-start script runs in the same shell.

perp_variables=() # for env(1): the variables that the command gets ...
perp_options=(-i) # ... instead of what this shell exports
perp_changes=()   # what the environment file changes

mapfile -d '' -t perp_variables <&3
exec 3<&-

# Give the command those variables of the supervisor that are meant for it, and a PATH in any case.
perp_add_own() {
  local perp_name
  if ! perp_has PATH; then
    perp_variables+=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
  fi
  # shellcheck disable=SC2154 # rc.sh exports it
  for perp_name in $service_variables; do
    perp_variables+=("$perp_name=${!perp_name}")
  done
  export -n service_variables SUPERVISOR_STATE
}

# Are there variables whose names fit one of the patterns?
perp_has() {
  local perp_variable perp_pattern
  for perp_pattern; do
    for perp_variable in "${perp_variables[@]}"; do
      # shellcheck disable=SC2053 # it is a pattern
      if [[ ${perp_variable%%=*} == $perp_pattern ]]; then
        return
      fi
    done
  done
  return 1
}

# Keep those variables whose names do not fit the pattern.
perp_drop() {
  local perp_variable perp_kept=()
  for perp_variable in "${perp_variables[@]}"; do
    # shellcheck disable=SC2053 # it is a pattern
    if [[ ${perp_variable%%=*} != $1 ]]; then
      perp_kept+=("$perp_variable")
    fi
  done
  perp_variables=("${perp_kept[@]}")
}

# Let the variable $1 be $2, unless the container was given another value than the image's own, $3.
# Each image has a PATH.
perp_set() {
  local perp_variable perp_kept=()
  for perp_variable in "${perp_variables[@]}"; do
    if [[ ${perp_variable%%=*} != "$1" ]]; then
      perp_kept+=("$perp_variable")
    elif test "$1" != PATH && ! { test $# -eq 3 && test "${perp_variable#*=}" = "$3"; }; then
      return
    fi
  done
  perp_variables=("${perp_kept[@]}" "$1=$2")
}

# For the pre-start script: export the variables here. What the shell cannot hold, or what would
# steer it, is kept for the command. The message about a locale that is not there is of no use.
perp_export_variables() {
  local perp_variable perp_kept=()
  for perp_variable in "${perp_variables[@]}"; do
    case ${perp_variable%%=*} in
      PWD | OLDPWD | SHLVL | _) ;; # the shell has its own
      '' | *[!A-Za-z0-9_]* | [0-9]* | perp_* | BASH* | CDPATH | COMP_* | DIRSTACK | EPOCH* | EUID | \
        FUNC* | GLOBIGNORE | GROUPS | HISTCMD | IFS | LINENO | OPT* | PIPESTATUS | POSIXLY_CORRECT | \
        PPID | PS4 | RANDOM | SECONDS | SHELLOPTS | SRANDOM | TMOUT | UID)
        perp_kept+=("$perp_variable")
        ;;
      *) export "${perp_variable?}" 2>/dev/null ;;
    esac
  done
  perp_variables=("${perp_kept[@]}")
  perp_options=()
}

# Become the program $1. env(1) takes what has a "=" in its name for a variable.
perp_run() {
  case $1 in
    *=*) set -- @busybox@/bin/setpriv -- "$@" ;;
  esac
  exec -- @busybox@/bin/env "${perp_options[@]}" -- "${perp_variables[@]}" "${perp_changes[@]}" "$@"
}

# Become a shell with the arguments. With -p it obeys neither BASH_ENV nor SHELLOPTS, nor takes
# functions from variables; the programs that it starts get these, but for the options, which it
# would pass on as its own. While it starts, its complaints about other variables are of no use.
perp_run_shell() {
  perp_drop SHELLOPTS
  perp_drop BASHOPTS
  if test -n "${!LC_*}" || perp_has 'LC_*' BASH_COMPAT BASH_XTRACEFD; then
    perp_run @shell@ -p -c "exec 2>&3 3>&-
$1" "${@:2}" 3>&2 2>/dev/null
  else
    perp_run @shell@ -p -c "$@"
  fi
}

. @environment@

perp_add_own

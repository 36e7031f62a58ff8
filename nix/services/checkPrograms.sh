# shellcheck shell=sh
# Refuse commands whose programs cannot be there when a container runs them; read in by
# buildServiceFolder.sh. What may work is not refused: what a pre-start script may make, what comes
# behind other commands, and files of the image that are not in the store.

store=${NIX_STORE:-/nix/store}

# Write the names of the files that the image has into the file `names`.
list_names() {
  for listing in $listings; do
    sed -n 's,^[^"]*"\([^"]*/\)*\([^"/]*\)".*,\2,p' "$listing"
  done >names
  for content in $contents; do
    for folder in bin sbin usr/bin usr/sbin usr/local/bin; do
      ls "$content/$folder" 2>/dev/null || true
    done
  done >>names
}

is_in_image() {
  grep -qxF -- "$1" names
}

# Say that the argument $2 of the service $1 should be $3, and is $4; $5 says what to do.
refuse_program() {
  echo "service \"$1\": $2: expected $3, got \"$4\"" >&2
  test $# -lt 5 || echo "  $5" >&2
  exit 1
}

# Print what is in the folder $1, at most 20 names.
show_folder() {
  # shellcheck disable=SC2012 # names of programs
  ls "$1" | sed -n '21s/.*/.../; 22q; 1,21p' | tr '\n' ' ' | sed 's/ $//; s/ /, /g'
}

# Let $known and $path be what is known of the service $1: whether the image has no other names than
# those in the file `names`, and its PATH.
find_facts() {
  known=
  path=
  while read -r name is_known its_path; do
    if test "$name" = "$1"; then
      known=${is_known#-}
      path=$its_path
    fi
  done <"$factsPath"
}

# Check the program $3 that the argument $2 of the service $1 begins with.
check_program() {
  case $3 in
    "$store"/*) check_store_program "$1" "$2" "$3" ;;
    */*) ;;
    *) check_name "$1" "$2" "$3" ;;
  esac
}

check_store_program() {
  top=${3#"$store/"}
  top=$store/${top%%/*}
  if test ! -e "$top"; then
    return # of the parent image
  elif test -d "$3"; then
    refuse_program "$1" "$2" "a program, such as one of $3/bin ($(show_folder "$3/bin" 2>/dev/null))" "$3"
  elif test -L "$3" && test ! -e "$3"; then
    return
  elif test ! -e "$3"; then
    # In a Debian system the folder of each package has the programs of all.
    if is_in_image "${3##*/}"; then
      return
    fi
    folder=${3%/*}
    test -d "$folder" || folder=$top
    refuse_program "$1" "$2" "a program that is there; $folder has $(show_folder "$folder")" "$3"
  elif test ! -x "$3"; then
    refuse_program "$1" "$2" "a program that may be executed" "$3" "chmod +x, or name its interpreter before it"
  else
    check_interpreter "$1" "$2" "$3"
  fi
}

# Check what runs the program $3, if that is a script.
check_interpreter() {
  if test "$(head -c 2 "$3" | tr -d '\0')" != '#!'; then
    return
  fi
  # shellcheck disable=SC2046 # words
  set -- "$1" "$2" "$3" $(head -n 1 "$3" | cut -c 3- | tr -d '*?[\r')
  case ${4:-} in
    '') return ;;
    "$store"/*) test ! -e "$(echo "$4" | cut -d / -f -4)" || test -e "$4" || test -L "$4" ||
      refuse_script "$3" "$@" ;;
    */env) case ${5:-} in
      '' | -* | *=*) ;;
      *) test ! "$known" || is_in_image "$5" || is_in_path "$5" || refuse_script "$3" "$1" "$2" "$3" "$4 $5" ;;
    esac ;;
    /bin/* | /usr/bin/* | /usr/local/bin/*) test ! "$known" || is_in_image "${4##*/}" || refuse_script "$3" "$@" ;;
  esac
}

refuse_script() {
  refuse_program "$2" "$3" "a script whose interpreter the image has" "$1" \
    "it begins with #!$5: add the package that has this program to contents"
}

# Is there a program $1 in PATH, or may there be one, since it has folders that are not known here?
is_in_path() {
  echo "$path" | tr : '\n' >folders
  while read -r folder; do
    case $folder in
      '' | /bin | /sbin | /usr/bin | /usr/sbin | /usr/local/bin | /usr/local/sbin) ;;
      "$store"/*)
        if test -e "$folder/$1" || test -L "$folder/$1"; then
          return 0
        fi
        ;;
      *) return 0 ;;
    esac
  done <folders
  return 1
}

check_name() {
  if test ! "$known" || is_in_image "$3" || is_in_path "$3"; then
    return
  fi
  refuse_program "$1" "$2" "a program that the image has" "$3" \
    "write its path, such as that of a package, or add its package to contents"
}

# Print the programs that the command or script in the file $1 runs for sure: `store PATH` and
# `name NAME`, the latter only of a command that is not one of several.
list_programs() {
  awk -v store="$store/" '
    index($0, "||") { may_fail = 1 }
    {
      continued = previous ~ /\\$/
      previous = $0
      if (continued) {
        rest_of_first = rest_of_first $0
        next
      }
      line = $0
      sub(/^[ \t]+/, "", line)
      if (line == "" || line ~ /^#/) next
      lines++
      is_exec = sub(/^exec[ \t]+/, "", line)
      sets_path = 0
      while (match(line, /^[A-Za-z_][A-Za-z0-9_]*=[A-Za-z0-9_\/.:@%+,-]*[ \t]+/)) {
        sets_path = sets_path || line ~ /^PATH=/
        line = substr(line, RLENGTH + 1)
      }
      if (lines == 1) rest_of_first = line
      if (!match(line, /^[A-Za-z0-9_\/.][A-Za-z0-9_\/.:@%+,-]*/)) next
      word = substr(line, 1, RLENGTH)
      rest = substr(line, RLENGTH + 1)
      if (rest !~ /^[ \t;&|<>]/ && rest != "") next
      if (index(word, store) == 1) {
        if (lines == 1 || is_exec) found[++count] = word
      } else if (lines == 1 && !sets_path) {
        name = word
        is_sure = is_exec
      }
    }
    END {
      if (may_fail) exit
      for (number = 1; number <= count; number++) print "store", found[number]
      gsub(/[0-9]*[<>]&[0-9-]*|&>/, "", rest_of_first)
      if (name != "" && (is_sure || lines == 1 && rest_of_first !~ /[;&|]/)) print "name", name
    }
  ' "$1"
}

# Check the line or script in the file $3, which is the argument $2 of the service $1.
check_line() {
  find_facts "$1"
  list_programs "$3" >programs
  while read -r kind word; do
    # shellcheck disable=SC2016 # for the other shell
    if test "$kind" = store || {
      test "$2" != preStartScript && ! "$shell" -c 'PATH= type -t "$0"' "$word" >/dev/null
    }; then
      check_program "$1" "$2" "$word"
    fi
  done <programs
}

# Check the programs of commands that are lists.
check_lists() {
  while read -r service argument word; do
    find_facts "$service"
    check_program "$service" "$argument" "$word"
  done <"$listsPath"
}

list_names
check_lists

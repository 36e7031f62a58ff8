# shellcheck shell=sh
# Make $out: each file of $files, a list of names; the text of the first one is in the file
# $text0Path, that of the next one in $text1Path, and so on. Scripts are executable. After them come
# the texts of $quoted, names of commands that are in one of the other files: they are only checked.
# checkPrograms.sh stands before this.

# Fail if the text in the file $2, for the file $1, is a command or script that $shell cannot read.
# It could switch extglob on before it needs that.
check_shell() {
  service=${1%/*}
  service=${service##*/}
  case $1 in
    */command) argument="command" ;;
    */pre-start) argument=preStartScript ;;
    */ready.command) argument=ready.command ;;
    *) return ;;
  esac
  if ! said=$("$shell" -n "$2" 2>&1) && ! "$shell" -O extglob -n "$2" 2>/dev/null; then
    echo "service \"$service\": $argument: expected valid shell, got a mistake:" >&2
    echo "$said" | sed 's/^[^:]*: /  /' >&2
    exit 1
  fi
  check_line "$service" "$argument" "$2"
}

number=0
for file in $files $quoted; do
  eval "text=\$text${number}Path"
  check_shell "$file" "$text"
  number=$((number + 1))
done

number=0
for file in $files; do
  eval "text=\$text${number}Path"
  mkdir -p "$out/${file%/*}"
  cp -- "$text" "$out/$file"
  case $file in
    */rc.main | */ready | */start) chmod 555 "$out/$file" ;;
    *) chmod 444 "$out/$file" ;;
  esac
  number=$((number + 1))
done

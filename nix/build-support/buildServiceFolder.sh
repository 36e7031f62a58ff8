# shellcheck shell=sh
# Make $out: each file of $files, a list of names; the text of the first one is in the file
# $text0Path, that of the next one in $text1Path, and so on. Scripts are executable.

number=0
for file in $files; do
  mkdir -p "$out/${file%/*}"
  eval "cp -- \"\$text${number}Path\" \"\$out/\$file\""
  case $file in
    */rc.main | */start) chmod 555 "$out/$file" ;;
    *) chmod 444 "$out/$file" ;;
  esac
  number=$((number + 1))
done

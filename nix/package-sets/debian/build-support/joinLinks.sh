# shellcheck shell=bash
# Usage: joinLinks.sh FOLDER PATH...
# Link all files of the paths into the folder; the first of several with one name stays.

shopt -s dotglob nullglob

folder=$1
shift
mkdir -p "$folder"
files=()
for path in "$@"; do
  files+=("$path"/*)
done
if test ${#files[@]} != 0; then
  cp -rs --no-clobber --no-preserve=mode --target-directory="$folder" "${files[@]}"
fi

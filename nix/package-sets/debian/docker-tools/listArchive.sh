# shellcheck shell=bash
# Write what is in the layers of a docker archive into $out, as parentFolders.awk reads it.

# shellcheck source=SCRIPTDIR/chooseImage.sh
. "$chooseImage"

jq --raw-output '.Layers[]' image.json | while read -r name; do
  tar --list --verbose --numeric-owner --utc --quoting-style=c \
    --file=<(print_plain "archive/$name")
  echo layer
done >"$out"

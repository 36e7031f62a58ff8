# shellcheck shell=bash
# Make a layer of the .deb files $files in $out, and say what is in it.

mkdir "$out"
# shellcheck disable=SC2086 # a list of files
python3 -I -B -X utf8 "$packPackages" "$out" ${withRoot:+--root} $files

# shellcheck source=SCRIPTDIR/describeLayer.sh
. "$describeLayer"

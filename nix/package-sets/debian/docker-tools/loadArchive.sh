# shellcheck shell=bash
# Take the image $fromImage of any origin apart: its layers (see packing.sh), plain unless
# $libdeflateGzip compresses them, its configuration, and which store paths are in it. With $listing
# only write what is in it.

subcommand=list
if test ! "$listing"; then
  subcommand=parts
  mkdir "$out"
fi
"$python" -I -B -X utf8 "$imageLayers" "$subcommand" "$fromImage" "$out" \
  --name "$fromImageName" --tag "$fromImageTag" --architecture "$architecture" \
  --libdeflate-gzip "$libdeflateGzip"

# shellcheck shell=bash
# Write what is in the layer $out/layer.tar (parentFolders.awk), and the line that describes it
# (packing.sh); sourced.

tar --list --verbose --numeric-owner --utc --quoting-style=c --file="$out/layer.tar" >"$out/listing"
read -r digest _ < <(sha256sum "$out/layer.tar")
echo "$digest $digest $(stat -c %s "$out/layer.tar") $out/layer.tar -" >"$out/layers"

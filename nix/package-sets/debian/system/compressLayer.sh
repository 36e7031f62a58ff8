# shellcheck shell=bash
# Compress the layer in the folder $layer.

mkdir "$out"
read -r diff_id _ <"$layer/layers"
libdeflate-gzip -c <"$layer/layer.tar" >"$out/layer.tar.gz"
read -r digest _ < <(sha256sum "$out/layer.tar.gz")
echo "$diff_id $digest $(stat -c %s "$out/layer.tar.gz") $out/layer.tar.gz -" >"$out/layers"

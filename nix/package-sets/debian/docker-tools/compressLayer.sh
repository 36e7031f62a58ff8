# shellcheck shell=bash
# Compress each layer of $layer.

mkdir "$out"
touch "$out/layers"
number=0
while read -r diff_id _ file; do
  number=$((number + 1))
  blob=$out/$number.tar.gz
  digest=$(libdeflate-gzip -c <"$file" | tee "$blob" | openssl dgst -sha256 -r)
  echo "${digest%% *} $(stat --format=%s "$blob") $blob $diff_id" >>"$out/layers"
done <"$layer/layers"

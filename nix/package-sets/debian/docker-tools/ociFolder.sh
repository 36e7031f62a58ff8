# shellcheck shell=sh
# Lay out the image as the OCI image specification says (image-layout.md); each layer's blob is a
# link to the layer itself, or to what $compressed has in its place. $reference is JSON.

mkdir -p "$out/blobs/sha256"

# Add a blob of a media type and print its descriptor.
add_blob() {
  digest=$(sha256sum "$1")
  digest=${digest%% *}
  cp "$1" "$out/blobs/sha256/$digest"
  printf '{"mediaType":"%s","digest":"sha256:%s","size":%d' "$2" "$digest" "$(stat -c %s "$1")"
}

# Print for each layer the line of its compressed form, and link the blob of that. A layer that is
# this image's alone has none yet.
compressed_layers() {
  # shellcheck disable=SC2046,SC2086 # lists of store paths
  cat $(printf '%s/layers ' $compressed) >compressed
  awk 'FILENAME == "compressed" { line[$4] = $0; next } { print ($1 in line ? line[$1] : $0) }' \
    compressed "$parts/layers" |
    while read -r digest size file plain; do
      if test ! "$plain"; then
        plain=$digest
        gzip -c <"$file" >blob.gz
        digest=$(sha256sum blob.gz)
        digest=${digest%% *}
        size=$(stat -c %s blob.gz)
        file=$out/blobs/sha256/$digest
        mv blob.gz "$file"
      fi
      echo "$digest $size $file $plain"
    done
}

if test "${compressed:-}"; then
  compressed_layers >layer-list
else
  cp "$parts/layers" layer-list
fi
while read -r digest _ file _; do
  test -e "$out/blobs/sha256/$digest" || ln -s "$file" "$out/blobs/sha256/$digest"
done <layer-list

{
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":'
  add_blob "$parts/config.json" application/vnd.oci.image.config.v1+json
  printf '},"layers":['
  awk '{
    type = "application/vnd.oci.image.layer.v1.tar" (NF > 3 ? "+gzip" : "")
    printf "%s{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":%s}", comma, type, $1, $2
    comma = ","
  }' layer-list
  printf ']}'
} >manifest

{
  printf '{"schemaVersion":2,"manifests":['
  add_blob manifest application/vnd.oci.image.manifest.v1+json
  printf ',"annotations":{"org.opencontainers.image.ref.name":%s}}]}\n' "$reference"
} >"$out/index.json"
echo '{"imageLayoutVersion":"1.0.0"}' >"$out/oci-layout"

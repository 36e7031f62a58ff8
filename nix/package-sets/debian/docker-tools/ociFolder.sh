# shellcheck shell=sh
# Lay out the image as the OCI image specification says (image-layout.md); each layer's blob is a
# link to the layer itself. $reference is JSON.

mkdir -p "$out/blobs/sha256"

# Add a blob of a media type and print its descriptor.
add_blob() {
  digest=$(sha256sum "$1")
  digest=${digest%% *}
  cp "$1" "$out/blobs/sha256/$digest"
  printf '{"mediaType":"%s","digest":"sha256:%s","size":%d' "$2" "$digest" "$(stat -c %s "$1")"
}

while read -r _ digest _ file _; do
  ln -sfn "$file" "$out/blobs/sha256/$digest"
done <"$parts/layers"

{
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":'
  add_blob "$parts/config.json" application/vnd.oci.image.config.v1+json
  printf '},"layers":['
  awk -v type="application/vnd.oci.image.layer.v1.$form" '{
    printf "%s{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":%s}", comma, type, $2, $3
    comma = ","
  }' "$parts/layers"
  printf ']}'
} >manifest

{
  printf '{"schemaVersion":2,"manifests":['
  add_blob manifest application/vnd.oci.image.manifest.v1+json
  printf ',"annotations":{"org.opencontainers.image.ref.name":%s}}]}\n' "$reference"
} >"$out/index.json"
echo '{"imageLayoutVersion":"1.0.0"}' >"$out/oci-layout"

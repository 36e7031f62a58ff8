# shellcheck shell=bash
# Lay out the image as the OCI image specification says (image-layout.md); each layer's blob is a
# link to the layer itself.

mkdir -p "$out/blobs/sha256"

# Add a blob and print its descriptor.
describe() {
  digest=$(sha256sum "$1")
  cp "$1" "$out/blobs/sha256/${digest%% *}"
  jq --null-input --compact-output --arg type "$2" --arg digest "sha256:${digest%% *}" \
    --argjson size "$(stat --format=%s "$1")" '{ mediaType: $type, $digest, $size }'
}

for layer in $layers; do
  cat "$layer/layers"
done >layer-list
while read -r digest _ file _; do
  ln -sf "$file" "$out/blobs/sha256/$digest"
done <layer-list

describe "$imageConfig" application/vnd.oci.image.config.v1+json >config
jq --raw-input --null-input --compact-output --slurpfile config config '
  {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: $config[0],
    layers: [
      inputs | split(" ") | {
        mediaType: ("application/vnd.oci.image.layer.v1.tar" + if .[3] then "+gzip" else "" end),
        digest: ("sha256:" + .[0]),
        size: (.[1] | tonumber)
      }
    ]
  }
' layer-list >manifest

describe manifest application/vnd.oci.image.manifest.v1+json |
  jq --compact-output --arg reference "$reference" '
    {
      schemaVersion: 2,
      manifests: [. + { annotations: { "org.opencontainers.image.ref.name": $reference } }]
    }
  ' >"$out/index.json"
echo '{"imageLayoutVersion":"1.0.0"}' >"$out/oci-layout"

# shellcheck shell=sh
# Describe $image, a docker archive, and $oci, the same as an OCI directory, to Hydra. The file
# closure has the archive's closure, in the form of exportReferencesGraph.
# shellcheck disable=SC2154 # the derivation sets image, oci, imageName and out
set -eu

manifest="$oci/blobs/$(jq --raw-output '.manifests[0].digest | sub(":"; "/")' "$oci/index.json")"

# Print the bytes of the store paths in the image.
closure_size() {
  grep '^/' closure | grep -v '\.drv$' | grep -vxF "$image" | sort -u |
    xargs --no-run-if-empty du --bytes --summarize --total | tail -n 1 | cut -f 1
}

mkdir -p "$out/nix-support"
echo "file docker-image \"$image\"" >"$out/nix-support/hydra-build-products"
echo "$imageName" >"$out/nix-support/hydra-release-name"
{
  jq --raw-output '
    "imageSize \([.config.size, .layers[].size] | add) bytes",
    "layers \(.layers | length)"
  ' "$manifest"
  echo "closureSize $(closure_size) bytes"
  echo "archiveSize $(stat --dereference --format %s "$image") bytes"
} >"$out/nix-support/hydra-metrics"

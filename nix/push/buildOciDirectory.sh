# shellcheck shell=sh
# Make $out, the OCI directory of an image, from $source, its docker archive or a program that
# prints it. The manifest gets the $annotations, if there are any.
# shellcheck disable=SC2154 # the derivation sets source, options, reference, annotations and out
set -eu

if test -x "$source"; then
  "$source" >archive.tar
  source=archive.tar
fi

# shellcheck disable=SC2086 # options are words
skopeo --insecure-policy --tmpdir=. copy --quiet $options "docker-archive:$source" "oci:$out:$reference"

if test -n "$annotations"; then
  old="$(jq --raw-output '.manifests[0].digest' "$out/index.json")"
  jq --compact-output --argjson annotations "$annotations" '.annotations += $annotations' \
    "$out/blobs/sha256/${old#sha256:}" >manifest
  new="$(sha256sum manifest | cut -d ' ' -f 1)"
  jq --compact-output --argjson annotations "$annotations" --arg new "sha256:$new" \
    --argjson size "$(stat -c %s manifest)" \
    '.manifests[0] |= (.digest = $new | .size = $size | .annotations += $annotations)' \
    "$out/index.json" >index.json
  rm "$out/blobs/sha256/${old#sha256:}"
  cp manifest "$out/blobs/sha256/$new"
  cp index.json "$out/index.json"
fi

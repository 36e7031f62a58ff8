# shellcheck shell=sh
# Make $out, the OCI directory of an image, from $source, its docker archive or a program that
# prints it.
# shellcheck disable=SC2154 # the derivation sets source, options, reference and out
set -eu

if test -x "$source"; then
  "$source" >archive.tar
  source=archive.tar
fi

# shellcheck disable=SC2086 # options are words
skopeo --insecure-policy --tmpdir=. copy --quiet $options "docker-archive:$source" "oci:$out:$reference"

# shellcheck shell=sh
# Copy the image from its registry into the docker archive $out.

skopeo() {
  "$tools/loader" --inhibit-cache --library-path "$tools/lib" "$tools/skopeo" \
    --insecure-policy --tmpdir "$TMPDIR" --override-os "$os" --override-arch "$arch" "$@"
}

source=docker://$imageName@$imageDigest
archive=docker-archive:$out:$finalImage
skopeo copy --src-tls-verify="$tlsVerify" "$source" "$archive" 2>errors || {
  # skopeo 1.9 decompresses layers of zstd, but into a folder alone.
  if ! grep -qF 'zstd compression is not supported' errors; then
    cat errors >&2
    exit 1
  fi
  rm -f "$out"
  skopeo copy --src-tls-verify="$tlsVerify" --dest-decompress "$source" dir:plain
  skopeo copy dir:plain "$archive"
}

# shellcheck shell=sh
# Copy the image from its registry into the docker archive $out.

"$tools/loader" --inhibit-cache --library-path "$tools/lib" "$tools/skopeo" \
  --insecure-policy --tmpdir "$TMPDIR" --override-os "$os" --override-arch "$arch" copy \
  --src-tls-verify="$tlsVerify" "docker://$imageName@$imageDigest" "docker-archive:$out:$finalImage"

# shellcheck shell=bash
# Copy the image from its registry into the docker archive $out.

skopeo --insecure-policy --tmpdir "$TMPDIR" --override-os "$os" --override-arch "$arch" copy \
  --src-tls-verify="$tlsVerify" "docker://$imageName@$imageDigest" "docker-archive:$out:$finalImage"

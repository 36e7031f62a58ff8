# shellcheck shell=sh
# Push the OCI directory $oci as $imageName under $commitTag and $outputSha.
# shellcheck disable=SC2154 # the derivation sets oci, imageName, receipt, out ...
set -eu

fail() {
  echo "pushImage: $imageName: $*" >&2
  exit 1
}

umask 077
export HOME="$PWD"
trap 'rm -f "$HOME/auth.json"' EXIT

address="${registry:-${REGISTRY_URL:-}}"
address="${address#https://}"
address="${address%/}"
host="${address%%/*}"
case "$address" in
  "") fail "no registry: set the argument registry, or REGISTRY_URL where Nix builds" ;;
  *://*) fail "$address: expected [https://]HOST[:PORT][/PATH]; insecureRegistry goes without TLS" ;;
esac

cat "$authorities" ${certificates:+"$certificates"} >"$HOME/authorities.crt"
export SSL_CERT_FILE="$HOME/authorities.crt"

# jq takes the credentials from the environment: an argument list is for everybody to read.
if [ -n "${REGISTRY_USERNAME:-}" ]; then
  export REGISTRY_AUTH_FILE="$HOME/auth.json" host
  jq --null-input '{auths: {
    (env.host): {auth: "\(env.REGISTRY_USERNAME):\(env.REGISTRY_PASSWORD // "")" | @base64}
  }}' >"$REGISTRY_AUTH_FILE"
fi
unset REGISTRY_USERNAME REGISTRY_PASSWORD

verify=true
if [ "$host" = "$insecureRegistry" ]; then verify=false; fi

digest="$(jq --raw-output '.manifests[0].digest' "$oci/index.json")"

# Print the digest that a tag names in the registry.
read_digest() {
  skopeo inspect --raw --tls-verify="$verify" "docker://$address/$imageName:$1" >"$HOME/manifest" &&
    echo "sha256:$(sha256sum <"$HOME/manifest" | cut -d ' ' -f 1)"
}

# Run a command, up to five times with growing pauses when the trouble may pass.
persistently() {
  pause=1
  for attempt in 1 2 3 4 5; do
    if "$@" 2>"$HOME/log"; then return; fi
    grep -qiE 'timeout|connection (reset|refused)|EOF|broken pipe|too ?many ?requests|\b(429|50[0234])\b|unavailable|bad gateway|internal server error' \
      "$HOME/log" || break
    [ "$attempt" = 5 ] && break
    echo "pushImage: $imageName: trying again in $pause s: $(tail -n 1 "$HOME/log")" >&2
    sleep "$pause"
    pause=$((pause * 2))
  done
  cat "$HOME/log" >&2
  return 1
}

for tag in "$commitTag" "$outputSha"; do
  if [ "$(read_digest "$tag" 2>/dev/null)" = "$digest" ]; then
    echo "$imageName:$tag is there"
  else
    echo "$imageName:$tag is pushed"
    persistently skopeo copy --quiet --insecure-policy --preserve-digests \
      --dest-tls-verify="$verify" "oci:$oci" "docker://$address/$imageName:$tag" ||
      fail "$host did not take it"
  fi
done

for tag in "$commitTag" "$outputSha"; do
  found="$(persistently read_digest "$tag")" || fail "$tag cannot be read back from $host"
  [ "$found" = "$digest" ] || fail "$tag: expected the digest $digest in $host, got $found"
done

printf %s "$receipt" >"$out"

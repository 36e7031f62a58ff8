# shellcheck shell=sh
# Push the OCI directory $oci as $imageName under $commitTag, $outputSha and all of $tags.
# shellcheck disable=SC2154 # the derivation sets oci, imageName, receipt, out ...
set -eu

say() { echo "pushImage: $imageName: $*" >&2; }

fail() {
  say "$@"
  exit 1
}

# Print the one spelling of HOST[:PORT] that all spellings of a host share.
canonical_host() {
  name="$(printf %s "$1" | tr '[:upper:]' '[:lower:]')"
  printf %s "${name%:443}"
}

umask 077
export HOME="$PWD"
trap 'rm -f "$HOME/auth.json"' EXIT

address="${registry:-${REGISTRY_URL:-}}"
case "$address" in
  [Hh][Tt][Tt][Pp][Ss]://*) address="${address#*://}" ;;
esac
address="${address%/}"
case "$address" in
  "") fail "no registry: set the argument registry, or REGISTRY_URL where Nix builds" ;;
  *://*) fail "$address: expected [https://]HOST[:PORT][/PATH]; insecureRegistry goes without TLS" ;;
esac
host="$(canonical_host "${address%%/*}")"
path="${address#"${address%%/*}"}"
repository="$host$path/$imageName"

verify=true
if [ "$host" = "$(canonical_host "$insecureRegistry")" ]; then verify=false; fi

cat "$authorities" ${certificates:+"$certificates"} >"$HOME/authorities.crt"
export SSL_CERT_FILE="$HOME/authorities.crt"

# jq takes the credentials from the environment: an argument list is for everybody to read. skopeo
# knows neither other spellings of a key nor an entry without auth.
if [ -n "${REGISTRY_USERNAME:-}" ]; then
  export host
  jq --null-input '{auths: {
    (env.host): {auth: "\(env.REGISTRY_USERNAME):\(env.REGISTRY_PASSWORD // "")" | @base64}
  }}' >"$HOME/auth.json"
  credentials="they come from REGISTRY_USERNAME and REGISTRY_PASSWORD"
elif [ -n "${REGISTRY_AUTH_FILE:-}" ]; then
  jq '
    def host: ascii_downcase | rtrimstr(":443");
    def key:
      sub("^https?://"; ""; "i") | sub("/+$"; "") | sub("/v[012]$"; "")
      | split("/") | [(.[0] | host), .[1:][]] | join("/");
    .auths |= ((. // {}) | with_entries(
      .key |= key
      | .value |= if type == "object" and (.auth // "") == "" and has("username")
        then .auth = ("\(.username):\(.password // "")" | @base64) else . end
    ))
  ' "$REGISTRY_AUTH_FILE" >"$HOME/auth.json" ||
    fail "$REGISTRY_AUTH_FILE: expected an auth file in JSON, as \`podman login\` writes it"
  credentials="they come from the file of REGISTRY_AUTH_FILE, $REGISTRY_AUTH_FILE"
else
  credentials="there are none: neither REGISTRY_USERNAME nor REGISTRY_AUTH_FILE is set where Nix builds"
fi
if [ -e "$HOME/auth.json" ]; then export REGISTRY_AUTH_FILE="$HOME/auth.json"; fi
unset REGISTRY_USERNAME REGISTRY_PASSWORD

# Run a command, up to five times with growing pauses, unless the trouble will surely stay.
persistently() {
  pause=1
  for attempt in 1 2 3 4 5; do
    if "$@" 2>"$HOME/log"; then return; fi
    [ "$attempt" = 5 ] && return 1
    if grep -qiE 'unauthorized|authentication required|denied|forbidden|x509|certificate|HTTP response to HTTPS client|like a TLS handshake|no such host|invalid reference|manifest invalid|unsupported|preserve digests|read.only|no space left|StatusCode: (40[0156]|415|422|501)' \
      "$HOME/log"; then return 1; fi
    say "trying again in $pause s: $(tail -n 1 "$HOME/log")"
    sleep "$pause"
    pause=$((pause * 2))
  done
}

# Print the digest that a tag names in the registry.
read_digest() {
  skopeo inspect --raw --tls-verify="$verify" "docker://$repository:$1" >"$HOME/manifest" &&
    echo "sha256:$(sha256sum <"$HOME/manifest" | cut -d ' ' -f 1)"
}

# Succeed when a tag names the digest of $source; registries may show it a while after it was put.
is_there() { [ "$(read_digest "$1")" = "$digest" ] || ! echo "$1 does not name $digest yet" >&2; }

copy() {
  skopeo copy --quiet --insecure-policy --preserve-digests --dest-tls-verify="$verify" \
    "$source" "docker://$repository:$1"
}

# Make a directory of skopeo's with the image's manifest in docker's form, schema 2, in the bytes
# that `nixgen push` puts.
make_docker_form() {
  mkdir "$HOME/docker"
  for blob in "$oci"/blobs/sha256/*; do ln -s "$blob" "$HOME/docker/"; done
  echo "Directory Transport Version: 1.1" >"$HOME/docker/version"
  jq --compact-output --join-output '
    ({
      "application/vnd.oci.image.config.v1+json": "application/vnd.docker.container.image.v1+json",
      "application/vnd.oci.image.layer.v1.tar": "application/vnd.docker.image.rootfs.diff.tar",
      "application/vnd.oci.image.layer.v1.tar+gzip":
        "application/vnd.docker.image.rootfs.diff.tar.gzip"
    }) as $types
    | def descriptor:
        {mediaType: ($types[.mediaType] // error("no form of docker")), size, digest};
    {
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: (.config | descriptor),
      layers: [.layers[] | descriptor]
    }
  ' "$oci/blobs/sha256/${oci_digest#sha256:}" >"$HOME/docker/manifest.json"
}

use_docker_form() {
  source="dir:$HOME/docker"
  digest="$docker_digest"
}

# Put a tag; a registry that takes no OCI manifests gets docker's form.
put() {
  if persistently copy "$1"; then return; fi
  case "$source" in oci:*) ;; *) return 1 ;; esac
  if [ -z "$docker_digest" ] || ! grep -qi manifest "$HOME/log"; then return 1; fi
  cp "$HOME/log" "$HOME/log-of-oci"
  use_docker_form
  if persistently copy "$1"; then
    say "$host takes no OCI manifests: it has the docker manifest $digest"
    return
  fi
  cp "$HOME/log-of-oci" "$HOME/log"
  return 1
}

give_up() {
  cat "$HOME/log" >&2
  if grep -qiE 'unauthorized|authentication required|denied|forbidden' "$HOME/log"; then
    say "credentials for $host: $credentials"
  fi
  fail "$@"
}

source="oci:$oci"
oci_digest="$(jq --raw-output '.manifests[0].digest' "$oci/index.json")"
digest="$oci_digest"
docker_digest=
if make_docker_form 2>/dev/null; then
  docker_digest="sha256:$(sha256sum <"$HOME/docker/manifest.json" | cut -d ' ' -f 1)"
fi

found="$(read_digest "$commitTag" 2>/dev/null || read_digest "$outputSha" 2>/dev/null)" || found=
if [ -n "$found" ] && [ "$found" = "$docker_digest" ]; then use_docker_form; fi

# shellcheck disable=SC2086 # tags are words
for tag in "$commitTag" "$outputSha" $tags; do
  if is_there "$tag" 2>/dev/null; then
    echo "$imageName:$tag is there"
  else
    put "$tag" || give_up "$host did not take it"
    persistently is_there "$tag" || give_up "$tag cannot be read back from $host"
    echo "$imageName:$tag is pushed"
  fi
done

printf %s "$receipt" >"$out"

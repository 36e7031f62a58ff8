# shellcheck shell=bash
# Unpack a docker archive into the folder archive, and write the entry of one of its images in
# manifest.json into the file image.json; sourced.

# Print a file, decompressed if it was compressed.
print_plain() {
  if test "$(head --bytes=2 "$1" | od -An -tx1)" = ' 1f 8b'; then
    gzip -dc "$1"
  else
    cat "$1"
  fi
}

mkdir archive
tar --extract --directory=archive --file=<(print_plain "$fromImage")
chmod -R u+rwX archive

jq --exit-status --arg name "$fromImageName" --arg tag "$fromImageTag" '
  def matches: (split(":") | (.[:-1] | join(":")), .[-1]) as [$image, $version]
    | ($name == "" or $name == $image) and ($tag == "" or $tag == $version);
  map(select($name + $tag == "" or any(.RepoTags[]?; matches))) | first // empty
' archive/manifest.json >image.json || {
  echo "$fromImage: no image ${fromImageName:-of any name}:${fromImageTag:-of any tag} in it" >&2
  exit 1
}

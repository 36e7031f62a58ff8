# shellcheck shell=bash
# Take a docker archive apart: its layers (see packing.sh), plain unless $compressed is set, its
# configuration, and which store paths the layers hold.

# Copy a file, decompressed if it was compressed.
copy_plain() {
  if test "$(head --bytes=2 "$1" | od -An -tx1)" = ' 1f 8b'; then
    gzip -dc "$1" >"$2"
  else
    cp "$1" "$2"
  fi
}

mkdir "$out" archive
copy_plain "$fromImage" archive.tar
tar --extract --directory=archive --file=archive.tar
rm archive.tar

jq --exit-status --arg name "$fromImageName" --arg tag "$fromImageTag" '
  def matches: (split(":") | (.[:-1] | join(":")), .[-1]) as [$image, $version]
    | ($name == "" or $name == $image) and ($tag == "" or $tag == $version);
  map(select($name + $tag == "" or any(.RepoTags[]?; matches))) | first // empty
' archive/manifest.json >image.json || {
  echo "$fromImage: no image ${fromImageName:-of any name}:${fromImageTag:-of any tag} in it" >&2
  exit 1
}

cp "archive/$(jq --raw-output .Config image.json)" "$out/config.json"

sha256() {
  digest=$(openssl dgst -sha256 -r "$1")
  echo "${digest%% *}"
}

number=0
jq --raw-output '.Layers[]' image.json | while read -r name; do
  number=$((number + 1))
  file=$out/$number.tar
  copy_plain "archive/$name" "$file"
  tar --list --file="$file"
  diff_id=$(sha256 "$file")
  digest=$diff_id
  if test "$compressed"; then
    libdeflate-gzip "$file"
    file=$file.gz
    digest=$(sha256 "$file")
  fi
  echo "$diff_id $digest $(stat --format=%s "$file") $file -" >>"$out/layers"
done | sed -n 's,^\.\?/*\(nix/store/[^/]*\).*,/\1,p' | sort -u >"$out/paths"

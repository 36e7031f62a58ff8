# shellcheck shell=sh
# Pack the image as `docker save` does, uncompressed: manifest.json, the configuration, and a file
# for each layer. $reference is JSON.

mkdir image
while read -r digest _ file; do
  ln -sf "$file" "image/$digest.tar"
done <"$parts/layers"

digest=$(sha256sum "$parts/config.json")
config=${digest%% *}.json
cp "$parts/config.json" "image/$config"
{
  printf '[{"Config":"%s","RepoTags":[%s],"Layers":[' "$config" "$reference"
  awk '{ printf "%s\"%s.tar\"", comma, $1; comma = "," }' "$parts/layers"
  printf ']}]\n'
} >image/manifest.json

{
  echo manifest.json
  echo "$config"
  cut -d ' ' -f 1 "$parts/layers" | sort -u | sed 's/$/.tar/'
} | "$gnutar/bin/tar" --create --file="$out" --directory=image --files-from=- --dereference \
  --format=gnu --mtime=@1 --owner=root:0 --group=root:0 --mode=0444 --blocking-factor=2048

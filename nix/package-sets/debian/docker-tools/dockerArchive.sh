# shellcheck shell=sh
# Pack the image as `docker save` does, uncompressed: manifest.json, the configuration, and a file
# for each layer. $reference is JSON.

# shellcheck disable=SC2046,SC2086 # lists of store paths
cat $(printf '%s/layers ' $layers) >layer-list

mkdir image
while read -r digest _ file; do
  ln -sf "$file" "image/$digest.tar"
done <layer-list

digest=$(sha256sum "$imageConfig")
config=${digest%% *}.json
cp "$imageConfig" "image/$config"
{
  printf '[{"Config":"%s","RepoTags":[%s],"Layers":[' "$config" "$reference"
  awk '{ printf "%s\"%s.tar\"", comma, $1; comma = "," }' layer-list
  printf ']}]\n'
} >image/manifest.json

{
  echo manifest.json
  echo "$config"
  cut -d ' ' -f 1 layer-list | sort -u | sed 's/$/.tar/'
} | "$gnutar/bin/tar" --create --file="$out" --directory=image --files-from=- --dereference \
  --format=gnu --mtime=@1 --owner=root:0 --group=root:0 --mode=0444 --blocking-factor=2048

# shellcheck shell=bash
# Pack the image as `docker save` does, uncompressed: manifest.json, the configuration, and a file
# for each layer.

for layer in $layers; do
  cat "$layer/layers"
done >layer-list

mkdir image
while read -r digest _ file; do
  ln -sf "$file" "image/$digest.tar"
done <layer-list

digest=$(sha256sum "$imageConfig")
config=${digest%% *}.json
cp "$imageConfig" "image/$config"
jq --raw-input --null-input --compact-output --arg config "$config" --arg reference "$reference" '
  [{ Config: $config, RepoTags: [$reference], Layers: [inputs | split(" ")[0] + ".tar"] }]
' layer-list >image/manifest.json

{
  echo manifest.json
  echo "$config"
  cut -d ' ' -f 1 layer-list | sort -u | sed 's/$/.tar/'
} | tar --create --file="$out" --directory=image --files-from=- --dereference --format=gnu \
  --mtime=@1 --owner=root:0 --group=root:0 --mode=0444 --blocking-factor=2048

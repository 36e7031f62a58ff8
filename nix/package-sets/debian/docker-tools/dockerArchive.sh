# shellcheck shell=sh
# Pack the image as `docker save` does, uncompressed: manifest.json, the configuration, and a file
# for each layer. $reference is JSON.
set -o pipefail
# shellcheck source=SCRIPTDIR/layers.sh
. "$layerFunctions"

digest=$(sum <"$parts/config.json")
config=${digest%% *}.json
cp "$parts/config.json" "$config"
{
  printf '[{"Config":"%s","RepoTags":[%s],"Layers":[' "$config" "$reference"
  awk '{ printf "%s\"%s.tar\"", comma, $1; comma = "," }' "$parts/layers"
  printf ']}]\n'
} >manifest.json

pack_files() {
  "$gnutar/bin/tar" --create --format=gnu --mtime=@1 --owner=root:0 --group=root:0 --mode=0444 \
    --blocking-factor=1 "$@"
}

# Print a layer as a file in the archive. tar makes its header from an empty file of the same size,
# and is stopped when it goes on to that file's bytes.
add_layer() {
  truncate -s "$2" "$1.tar"
  { pack_files "$1.tar" 2>/dev/null || true; } | head -c 512 >header
  test "$(stat -c %s header)" = 512
  cat header
  print_layer "$3"
  rm "$1.tar"
}

{
  pack_files manifest.json "$config" | head -c -1024
  sort -u -k 1,1 "$parts/layers" | while read -r diff_id _ size file _; do
    add_layer "$diff_id" "$size" "$file"
  done
  head -c 1024 /dev/zero
} >"$out"

# shellcheck shell=sh
# Describe a Debian system as a parent image (loadArchive.nix): its $layers, the store paths in it, and
# its configuration.

mkdir "$out"
for layer in $layers; do
  cat "$layer/layers"
done >"$out/layers"
sort -u "$pathsPath" >"$out/paths"
printf '{"config":%s}\n' "$(cat "$configPath")" >"$out/config.json"

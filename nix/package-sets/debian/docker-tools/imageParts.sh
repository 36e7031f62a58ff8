# shellcheck shell=bash
# Write what all forms of an image are made from: the list of its layers, and its configuration
# (OCI image specification, config.md), which is what the caller asks for, the parent's environment
# variables below its own, and the layers.

mkdir "$out"
parentConfig=/dev/null
touch parent-layers
if test "$parent"; then
  parentConfig=$parent/config.json
  cat "$parent/layers" >parent-layers
fi

# Of the image's own layers those of store paths alone, each once, and those of other files.
declare -A held
while read -r digest _; do
  held[$digest]=1
done <parent-layers
touch path-layers other-layers
# shellcheck disable=SC2046,SC2086 # lists of store paths
cat $(printf '%s/layers ' $layers) >own-layers
while read -r digest size file; do
  if test ! -e "${file%.tar}.paths"; then
    echo "$digest $size $file" >>other-layers
  elif test ! "${held[$digest]:-}"; then
    held[$digest]=1
    echo "$digest $size $file" >>path-layers
  fi
done <own-layers

count() {
  wc --lines <"$1"
}

# Of too many layers, the smallest are made one.
room=$((maxLayers - $(count parent-layers) - $(count other-layers)))
surplus=$(($(count path-layers) - room))
if test "$surplus" -gt 0; then
  if test "$room" -lt 1; then
    echo "dockerTools: image $imageName: maxLayers: expected at least $((maxLayers - room + 1))" \
      "(the parent has $(count parent-layers) layers), got $maxLayers" >&2
    exit 1
  fi
  sort --key=2n --key=1 path-layers | head --lines=$((surplus + 1)) >surplus-layers
  grep --invert-match --line-regexp --fixed-strings --file=surplus-layers path-layers >kept-layers ||
    true
  while read -r _ _ file; do
    cat "${file%.tar}.paths"
  done <surplus-layers | sort --unique >"$out/merged.paths"
  merged=$out/merged.tar
  bash "$pack" "$out/merged.paths" >"$merged"
  digest=$(openssl dgst -sha256 -r "$merged")
  echo "${digest%% *} $(stat --format=%s "$merged") $merged" | cat kept-layers - >path-layers
fi
cat parent-layers path-layers other-layers >"$out/layers"

if test "$created" = now; then
  created=$(date --utc +%Y-%m-%dT%H:%M:%SZ)
fi

jq --raw-input --null-input --compact-output \
  --arg architecture "$architecture" --arg created "$created" \
  --slurpfile config "$config" --slurpfile parent "$parentConfig" '
    def named: map({ key: sub("=.*"; ""; "m"), value: . }) | from_entries;
    [inputs | split(" ")[0]] as $layers
    | ((($parent[0].config.Env // []) | named) + (($config[0].Env // []) | named)) as $variables
    | {
        $architecture,
        config: ($config[0] + if $variables == {} then {} else { Env: [$variables[]] } end),
        $created,
        history: [$layers[] | { $created, created_by: "Nix" }],
        os: "linux",
        rootfs: { diff_ids: [$layers[] | "sha256:" + .], type: "layers" }
      }
  ' "$out/layers" >"$out/config.json"

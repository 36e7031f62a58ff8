# shellcheck shell=sh
# Write what the forms of an image are made from: the list of its layers, `layers`, the store paths
# that they hold, `paths`, and its configuration, `config.json` (OCI image specification,
# config.md): what the caller asks for, the parent's environment variables below its own, and the
# layers. These are the parent's, those of $layers, and one of the root file system $root with what
# is left of its closure.
set -o pipefail
# shellcheck source=SCRIPTDIR/layers.sh
. "$layerFunctions"

mkdir "$out"
parent_config=/dev/null
touch parent-layers
if test "$parent"; then
  parent_config=$parent/config.json
  cp "$parent/layers" parent-layers
  list_held "$parent"
else
  list_held
fi

# The layers that bring a store path which the image needs and does not have yet, or other files.
touch closure-none made-layers
print_closure closure-* | grep -vxF "$root" >closure || true
cp closure wanted
for folder in $layers; do
  cat "$folder/layers" >>made-layers
  cat "$folder/closure" >>wanted
done
awk '
  FILENAME == "held" { held[$0]; next }
  FILENAME == "wanted" { wanted[$0]; next }
  $5 == "-" { print >"other-layers"; next }
  {
    brings = 0
    while ((getline path <$5) > 0) {
      brings += path in wanted && !(path in held)
      held[path]
    }
    close($5)
  }
  brings { print }
' held wanted made-layers >path-layers
touch other-layers
# shellcheck disable=SC2046 # a list of files
cat held $(awk '{ print $5 }' path-layers) /dev/null | sort -u >held-now

without held-now closure >left
if test "$split"; then
  make_large_layers left >>path-layers
else
  mv left small
fi
cp small "$out/own.paths"
make_layer own "$root/root.tar" "$out/own.paths" >>other-layers

count() {
  wc -l <"$1"
}

# Of too many layers, the smallest are made one.
room=$((${maxLayers:-$(cat -- *-layers | wc -l)} - $(count parent-layers) - $(count other-layers)))
surplus=$(($(count path-layers) - room))
if test "$surplus" -gt 0; then
  if test "$room" -lt 1; then
    echo "dockerTools.$function: image $imageName: maxLayers: expected at least" \
      "$((maxLayers - room + 1)) (the parent has $(count parent-layers) layers), got $maxLayers" >&2
    exit 1
  fi
  sort -k 3n -k 1 path-layers | head -n "$((surplus + 1))" >smallest
  without smallest path-layers >kept
  # shellcheck disable=SC2046 # a list of files
  sort -u $(awk '{ print $5 }' smallest) >merged
  make_store_layer merged merged | cat kept - >path-layers
fi
cat parent-layers path-layers other-layers >"$out/layers"
sort -u held-now closure >"$out/paths"

if test "$created" = now; then
  created=$(date -u +%Y-%m-%dT%H:%M:%SZ)
fi

# shellcheck disable=SC2016 # the variables are jq's
"$jq/bin/jq" --raw-input --null-input --compact-output \
  --arg architecture "$architecture" --arg created "$created" \
  --slurpfile config "$config" --slurpfile parent "$parent_config" '
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

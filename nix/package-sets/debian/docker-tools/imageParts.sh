# shellcheck shell=sh
# Write what the OCI folders of an image are made from: the list of its layers, `layers`, the store
# paths that they hold, `paths`, and its configuration, `config.json`. The layers are the parent's,
# those of $layers, and one of the root file system $root with what is left of its closure.
set -o pipefail
# shellcheck source=SCRIPTDIR/layers.sh
. "$layerFunctions"
# shellcheck source=SCRIPTDIR/packing.sh
. "$packingFunctions"

mkdir "$out"
read_parent

truncate -s 0 closure-none made
print_closure closure-* | grep -vxF "$root" >closure || true
cp closure wanted
if test "$layers"; then
  # shellcheck disable=SC2046,SC2086 # lists of store paths
  cat $(printf '%s/layers ' $layers) >made
  # shellcheck disable=SC2046,SC2086
  cat $(printf '%s/closure ' $layers) >>wanted
fi
grep ' -$' made >other-layers || true
grep -v ' -$' made >candidates || true
choose_layers candidates >path-layers

plan_own "$out" >own-lists
make_store_layers <own-lists >>path-layers
cp small "$out/own"
make_layer "$out/own" "$root/root.tar" "$out/own" >>other-layers

limit_layers
if test -s smallest; then
  print_paths smallest >"$out/united"
  echo "$out/united" | make_store_layers >>path-layers
fi

cat parent-layers path-layers other-layers >"$out/layers"
sort -u held-now closure >"$out/paths"
print_config "$out/layers" "$parent_config" >"$out/config.json"

# shellcheck shell=sh
# Make layers of the store path $path, whose closure the file closure-1 has, without what the layers
# $below hold and without the paths $apart, which have layers elsewhere. With $root, a root file
# system, that is the layer instead. With $isDependency, no image is to have it for its own sake.
set -o pipefail
# shellcheck source=SCRIPTDIR/layers.sh
. "$layerFunctions"
# shellcheck source=SCRIPTDIR/packing.sh
. "$packingFunctions"

mkdir "$out"
echo "$path $apart" >plan
touch held
for folder in $below; do
  cat "$folder/paths" >>held
done

if test "$root"; then
  touch "$out/closure" "$out/paths"
  make_layer "$out/root" "$root/root.tar" "$out/paths" >"$out/layers"
else
  { test "$isDependency" || print_closure closure-1; } >"$out/closure"
  plan_layers "$out" >lists
  make_store_layers <lists >"$out/layers"
  print_paths lists >"$out/paths"
fi

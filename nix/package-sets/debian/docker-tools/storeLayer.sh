# shellcheck shell=sh
# Make layers of the closures in the files closure-*, without what the layers $below hold and without
# the paths $apart, which have layers elsewhere. With $root, a root file system, that is the layer
# instead.
set -o pipefail
# shellcheck source=SCRIPTDIR/layers.sh
. "$layerFunctions"
# shellcheck source=SCRIPTDIR/packing.sh
. "$packingFunctions"

mkdir "$out"
touch closure-none
print_closure closure-* >"$out/closure"
# shellcheck disable=SC2086 # lists of store paths
{
  printf '%s\n' $apart >held
  printf '%s\n' $roots >roots
}
for folder in $below; do
  cat "$folder/paths" >>held
done
without held "$out/closure" >"$out/paths"

if test "$root"; then
  make_layer "$out/root" "$root/root.tar" "$out/paths" >"$out/layers"
else
  plan_layers "$out/list" "$out/paths" roots | make_store_layers >"$out/layers"
fi

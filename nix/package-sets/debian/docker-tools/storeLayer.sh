# shellcheck shell=sh
# Make layers of the closures in the files closure-*, without what the layers $below hold and without
# the paths $apart, which have layers elsewhere. Large paths have layers of their own, and the small
# ones share one; where they are large together, $roots have one and what they need another. With
# $root, a root file system, that is the layer instead.
set -o pipefail
# shellcheck source=SCRIPTDIR/layers.sh
. "$layerFunctions"

mkdir "$out"
touch closure-none
print_closure closure-* >"$out/closure"
# shellcheck disable=SC2086 # lists of store paths
{
  list_held $below
  printf '%s\n' $apart >>held
  printf '%s\n' $roots >roots
}
without held "$out/closure" >"$out/paths"

if test "$root"; then
  make_layer root "$root/root.tar" "$out/paths" >"$out/layers"
else
  make_large_layers "$out/paths" >"$out/layers"
  if test "$(cat small-size)" -lt "$smallestLarge"; then
    make_store_layer small small >>"$out/layers"
  else
    without roots small >needed
    without needed small >own
    make_store_layer needed needed >>"$out/layers"
    make_store_layer own own >>"$out/layers"
  fi
fi

# shellcheck shell=sh
# Pack the image as `docker save` does, uncompressed: manifest.json, the configuration, and a file
# for each layer. The layers are the same as in the other forms of the image, but made from the store
# paths here and now: an archive holds a copy of them anyway. A line of the file $planPath is a store
# path that layers are made of, and those of its closure that have layers of their own; the file
# closure-N has the closure of line N. $roots are root file systems. $reference is JSON.
set -o pipefail
# shellcheck source=SCRIPTDIR/layers.sh
. "$layerFunctions"
# shellcheck source=SCRIPTDIR/packing.sh
. "$packingFunctions"

read_parent

mkdir lists
cp "$planPath" plan
truncate -s 0 empty
{ test ! -e closure-root || print_closure closure-root; } | grep -vxF "$root" >closure || true
plan_layers lists -v withApart=1 >candidates
cat closure all-paths >wanted
choose_layers candidates >path-layers
plan_own lists >own-lists
cat own-lists >>path-layers
limit_layers
if test -s smallest; then
  print_paths smallest >united
  echo united >>path-layers
fi

# Print the files before the layers, in which the layers have the digests in the file `digests`.
pack_frame() {
  print_config digests "$parent_config" >config
  digest=$(sum <config)
  name=${digest%% *}.json
  mv config "$name"
  {
    printf '[{"Config":"%s","RepoTags":[%s],"Layers":[' "$name" "$reference"
    awk '{ printf "%s\"%s.tar\"", comma, $1; comma = "," }' digests
    printf ']}]\n'
  } >manifest.json
  "$gnutar/bin/tar" --create --format=gnu --mtime=@1 --owner=root:0 --group=root:0 --mode=0444 \
    --blocking-factor=1 manifest.json "$name" | head -c -1024
}

# Make room for a header at the end of the archive.
begin_member() {
  start=$(stat -c %s "$out")
  truncate -s "$((start + 512))" "$out"
}

# Note the header of the member that ends here, which is named after its digest.
end_member() {
  echo "$1" >>digests
  echo "$start $(($(stat -c %s "$out") - start - 512)) $1.tar" >>members
}

# Append what `pack $1 $2` prints.
add_layer() {
  begin_member
  pack "$1" "$2" | sum >its-digest &
  pack "$1" "$2" >>"$out"
  wait "$!"
  read -r digest _ <its-digest
  end_member "$digest"
}

# The digests that are not known yet are as long as others.
{
  cat parent-layers path-layers
  # shellcheck disable=SC2086 # a list of store paths
  printf '%s\n' $roots own
} | sed 's/.*/0000000000000000000000000000000000000000000000000000000000000000/' >digests
pack_frame >"$out"
size_of_frame=$(stat -c %s "$out")

truncate -s 0 digests members
while read -r digest _ _ file _; do
  begin_member
  cat "$file" >>"$out"
  end_member "$digest"
done <parent-layers
while read -r list; do
  add_layer - "$list"
done <path-layers
for other in $roots; do
  add_layer "$other/root.tar" empty
done
add_layer "$root/root.tar" small
head -c 1024 /dev/zero >>"$out"

# Write what was not known before to where it belongs.
write_blocks() {
  dd of="$out" bs=512 conv=notrunc "$@" 2>/dev/null
}

pack_frame >frame
test "$(stat -c %s frame)" = "$size_of_frame"
write_blocks if=frame
awk -f "$tarHeaders" members >headers
number=0
while read -r start _; do
  write_blocks if=headers count=1 skip="$number" seek="$((start / 512))"
  number=$((number + 1))
done <members

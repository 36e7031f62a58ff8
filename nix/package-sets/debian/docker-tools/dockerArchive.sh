# shellcheck shell=sh
# Pack the image as `docker save` does, uncompressed: manifest.json, the configuration, and a file
# for each layer. The layers are the same as in the other forms of the image, but made from the store
# paths here and now: an archive holds a copy of them anyway. A line of the file $planPath is a store
# path that layers are made of, and those of its closure that have layers of their own; the file
# closure-N has the closure of line N. $links is empty or a root file system. $reference is JSON.
set -o pipefail
# shellcheck source=SCRIPTDIR/layers.sh
. "$layerFunctions"
# shellcheck source=SCRIPTDIR/packing.sh
. "$packingFunctions"

read_parent

mkdir lists
truncate -s 0 candidates closure-root-none empty
print_closure closure-root* | grep -vxF "$root" >closure || true
cp closure wanted
cp held left-out

plan_root() {
  print_closure "closure-$number" >closure-now
  cat closure-now >>wanted
  echo "$root_path" >roots
  cp left-out left-out-now
  for path in $apart; do
    echo "$path" >>left-out-now
    echo "$path" >one
    keep_list "lists/$number-$(basename "$path")" one
  done
  without left-out-now closure-now >paths
  plan_layers "lists/$number" paths roots
}

number=0
while read -r root_path apart; do
  number=$((number + 1))
  plan_root >>candidates
  test "$number" != 1 || cat left-out-now paths >left-out
done <"$planPath"
choose_layers candidates >path-layers

plan_own
keep_large lists/own >>path-layers
limit_layers
if test -s smallest; then
  print_paths smallest >united
  echo united >>path-layers
fi

pack_files() {
  "$gnutar/bin/tar" --create --format=gnu --mtime=@1 --owner=root:0 --group=root:0 --mode=0444 \
    --blocking-factor=1 "$@"
}

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
  pack_files manifest.json "$name" | head -c -1024
}

# Print the header of a file of the name $1 and the size $2: that of an empty one of this size, where
# tar is stopped when it goes on to the bytes.
print_header() {
  truncate -s "$2" "$1"
  { pack_files "$1" 2>/dev/null || true; } | head -c 512
  rm "$1"
}

# Append what `pack $1 $2` prints, as a file named after its digest, and note that.
add_layer() {
  start=$(stat -c %s "$out")
  head -c 512 /dev/zero >>"$out"
  pack "$1" "$2" | sum >its-digest &
  pack "$1" "$2" >>"$out"
  wait "$!"
  read -r digest _ <its-digest
  size=$(($(stat -c %s "$out") - start - 512))
  print_header "$digest.tar" "$size" |
    dd of="$out" bs=512 seek="$((start / 512))" conv=notrunc 2>/dev/null
  echo "$digest" >>digests
}

# The digests that are not known yet are as long as others.
cut -d ' ' -f 1 parent-layers >parent-digests
{
  cat parent-digests
  sed 's/.*/0000000000000000000000000000000000000000000000000000000000000000/' path-layers
  printf '%064d\n' ${links:+0} 0
} >digests
pack_frame >"$out"
size_of_frame=$(stat -c %s "$out")

cp parent-digests digests
while read -r digest _ size file _; do
  print_header "$digest.tar" "$size" >>"$out"
  cat "$file" >>"$out"
done <parent-layers
while read -r list; do
  add_layer - "$list"
done <path-layers
test ! "$links" || add_layer "$links/root.tar" empty
add_layer "$root/root.tar" small
head -c 1024 /dev/zero >>"$out"

pack_frame >frame
test "$(stat -c %s frame)" = "$size_of_frame"
dd if=frame of="$out" bs=512 conv=notrunc 2>/dev/null

# shellcheck shell=sh
# Make one layer of the closures in the files closure-*, without what the layers $below hold.

mkdir "$out"
echo "$root" >held
# shellcheck disable=SC2046,SC2086 # lists of store paths
test ! "$below" || cat $(printf '%s/paths ' $below) >>held

# A record of a closure is a path, its deriver, the number of its references, and these.
touch closure-none
awk '
  FILENAME == "held" { held[$0]; next }
  FNR == 1 { field = "path" }
  field == "path" && !($0 in held) { print; held[$0] }
  field == "path" { field = "deriver"; next }
  field == "deriver" { field = "count"; next }
  field == "count" { left = $1 }
  field == "reference" { left-- }
  { field = left > 0 ? "reference" : "path" }
' held closure-* | sort >"$out/paths"

layer=$out/layer.tar
if test "$root"; then
  cat "$root/root.tar" >"$layer"
elif test ! -s "$out/paths"; then
  touch "$out/layers"
  exit
fi

sed s,^/,, "$out/paths" |
  "$gnutar/bin/tar" --create --directory=/ --files-from=- --sort=name --format=gnu \
    --mtime="$mtime" --owner="$owner" --group="$group" --hard-dereference \
    --blocking-factor=64 >>"$layer"

digest=$("$openssl/bin/openssl" dgst -sha256 -r "$layer")
echo "${digest%% *} $(stat -c %s "$layer") $layer" >"$out/layers"

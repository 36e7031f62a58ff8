# shellcheck shell=bash
# Make one layer of the closures in the files closure-*, without what the layers $below hold.

# A record is a path, its deriver, the number of its references, and these.
# shellcheck disable=SC2016 # awk expands them
paths_of_graph='
  FNR == 1 { field = "path" }
  field == "path" { print; field = "deriver"; next }
  field == "deriver" { field = "count"; next }
  field == "count" { left = $1 }
  field == "reference" { left-- }
  { field = left > 0 ? "reference" : "path" }
'

mkdir "$out"
for layer in $below; do
  cat "$layer/paths"
done >held
for path in $without $root; do
  echo "$path"
done >>held
find . -name 'closure-*' -print0 | xargs --null --no-run-if-empty awk "$paths_of_graph" | sort -u | comm -23 - <(sort -u held) >"$out/paths"

if test ! -s "$out/paths" -a ! "$root"; then
  touch "$out/layers"
  exit
fi

pack() {
  if test "$root"; then
    cat "$root/root.tar"
  fi
  sed s,^/,, "$out/paths" |
    tar --create --directory=/ --files-from=- --sort=name --format=gnu \
      --mtime="$mtime" --owner="$owner" --group="$group" --hard-dereference --blocking-factor=64
}

digest=$(pack | tee "$out/layer.tar" | openssl dgst -sha256 -r)
echo "${digest%% *} $(stat --format=%s "$out/layer.tar") $out/layer.tar" >"$out/layers"

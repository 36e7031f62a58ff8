# shellcheck shell=sh
# Make layers of the closures in the files closure-*, without what the layers $below hold. Store
# paths of a megabyte or more have layers of their own; the smaller ones share one, and those of
# $roots another. Without $split all is one layer.

smallest_large_path=1000000

mkdir "$out"
touch "$out/layers"
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

add_to_list() {
  digest=$("$openssl/bin/openssl" dgst -sha256 -r "$1")
  echo "${digest%% *} $(stat -c %s "$1") $1" >>"$out/layers"
}

# Make a layer of the store paths in a list; a copy of the list says that it holds nothing else.
number=0
add_store_layer() {
  test -s "$1" || return 0
  number=$((number + 1))
  cp "$1" "$out/$number.paths"
  sh "$pack" "$1" >"$out/$number.tar"
  add_to_list "$out/$number.tar"
}

# Print the large ones of the store paths in a list.
large_of() {
  test -s "$1" || return 0
  # shellcheck disable=SC2046 # a list of store paths
  find $(cat "$1") -type f -exec stat -c '%s %n' {} + |
    awk -F / -v least="$smallest_large_path" '
      { size["/" $2 "/" $3 "/" $4] += $1 }
      END { for (path in size) if (size[path] >= least) print path }
    ' | sort
}

if test "$split"; then
  large_of "$out/paths" >large
else
  touch large
fi
while read -r path; do
  echo "$path" >one
  add_store_layer one
done <large
awk 'FILENAME == "large" { large[$0]; next } !($0 in large)' large "$out/paths" >small

if test "$root"; then
  {
    cat "$root/root.tar"
    sh "$pack" small
  } >"$out/layer.tar"
  add_to_list "$out/layer.tar"
elif test "$split"; then
  # shellcheck disable=SC2086 # a list of store paths
  printf '%s\n' $roots >roots
  touch needed own
  awk 'FILENAME == "roots" { roots[$0]; next } { print >($0 in roots ? "own" : "needed") }' roots small
  add_store_layer needed
  add_store_layer own
else
  add_store_layer small
fi

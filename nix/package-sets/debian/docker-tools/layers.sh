# shellcheck shell=sh
# Which layers an image has, as lists of store paths; sourced.

# Print the paths of the closures that Nix describes in the files named in the arguments, sorted. A
# record is a path, its deriver, the number of its references, and these.
print_closure() {
  awk '
    FNR == 1 { field = "path" }
    field == "path" { print }
    field == "path" { field = "deriver"; next }
    field == "deriver" { field = "count"; next }
    field == "count" { left = $1 }
    field == "reference" { left-- }
    { field = left > 0 ? "reference" : "path" }
  ' "$@" | sort -u
}

# Print the lines of the list $2 that the list $1 does not have.
without() {
  awk -v known="$1" 'FILENAME == known { known_line[$0]; next } !($0 in known_line)' "$1" "$2"
}

# Write the line "BYTES FILE" for each file of the store paths in the list $1 into the file `sizes`.
list_sizes() {
  truncate -s 0 sizes
  # shellcheck disable=SC2046 # a list of store paths
  test ! -s "$1" || find $(cat "$1") -type f -exec stat -c '%s %n' {} + >sizes
}

# Plan layers as planLayers.awk says, which gets the arguments beside its variables; print the names
# of their lists, which are in the folder $1.
plan_layers() {
  folder=$1
  shift
  touch closure-0
  print_closure closure-[0-9]* >all-paths
  list_sizes all-paths
  awk -v lists="$folder" -v least="$smallestLarge" "$@" -f "$planLayers" \
    held sizes plan closure-[0-9]*
}

# Print those lines of the file $1 whose last word is a list with a store path that is in the list
# `wanted` and neither in the list `held` nor in that of a line above.
choose_layers() {
  awk '
    FILENAME == "held" { held[$0]; next }
    FILENAME == "wanted" { wanted[$0]; next }
    {
      brings = 0
      while ((getline path <$NF) > 0) {
        brings += path in wanted && !(path in held)
        held[path]
      }
      close($NF)
    }
    brings { print }
  ' held wanted "$1"
}

# Print the paths in the lists that are the last words of the lines of the file $1, sorted.
print_paths() {
  # shellcheck disable=SC2046 # a list of files
  sort -u $(awk '{ print $NF }' "$1") /dev/null
}

# Read what the image builds on: write the lists `parent-layers` and `held`, and name its
# configuration.
# shellcheck disable=SC2034 # the name is for whoever writes the image's configuration
read_parent() {
  truncate -s 0 parent-layers held
  parent_config=/dev/null
  if test "$parent"; then
    parent_config=$parent/config.json
    cat "$parent/layers" >parent-layers
    cat "$parent/paths" >held
  fi
}

# Of the list `closure` take those paths that no layer of the file `path-layers` or of the parent
# holds. With $split, write a list into the folder $1 for each large one and print their names; write
# the others into the list `small`.
plan_own() {
  print_paths path-layers | sort -u - held >held-now
  without held-now closure >left
  truncate -s 0 sizes small
  test ! "$split" || list_sizes left
  awk -v lists="$1" -v least="$smallestLarge" '
    FILENAME == "sizes" { split($0, part, "/"); size[part[4]] += $1; next }
    {
      split($0, part, "/")
      if (size[part[4]] < least + 0) {
        print >"small"
        next
      }
      print >(lists "/own-" ++count)
      print lists "/own-" count
    }
  ' sizes left
}

# Where $maxLayers are too few for the layers of the parent, of the file `path-layers`, and those of
# other files, move the smallest of `path-layers` into the file `smallest`; they are to be one.
limit_layers() {
  : >smallest
  test "$maxLayers" || return 0
  # shellcheck disable=SC2154,SC2086 # a list of store paths
  set -- $roots
  others=$(($(wc -l <parent-layers) + $# + 1))
  surplus=$(($(wc -l <path-layers) + others - maxLayers))
  test "$surplus" -gt 0 || return 0
  if test "$maxLayers" -le "$others"; then
    echo "dockerTools.$function: image $imageName: maxLayers: expected at least $((others + 1))" \
      "(the parent has $(wc -l <parent-layers) layers), got $maxLayers" >&2
    exit 1
  fi
  while read -r line; do
    list=${line##* }
    log=$(pack - "$list" --totals 2>&1 >/dev/null)
    log=${log#*: }
    echo "${log%% *} $(head -n 1 "$list") $line"
  done <path-layers | sort -k 1,1n -k 2 >by-size
  head -n "$((surplus + 1))" by-size | cut -d ' ' -f 3- >smallest
  without smallest path-layers >kept
  mv kept path-layers
}

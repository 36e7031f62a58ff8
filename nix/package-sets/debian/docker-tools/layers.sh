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

# Write the large store paths of the list $1 into the list `large`, the others into `small`, and the
# bytes of their files into `small-size`.
split_large() {
  truncate -s 0 sizes large small
  # shellcheck disable=SC2046 # a list of store paths
  test ! -s "$1" || find $(cat "$1") -type f -exec stat -c '%s %n' {} + >sizes
  awk -F / -v least="$smallestLarge" '
    FILENAME == "sizes" { size["/" $2 "/" $3 "/" $4] += $1; next }
    size[$0] + 0 >= least + 0 { print >"large"; next }
    { print >"small"; sum += size[$0] }
    END { print sum + 0 >"small-size" }
  ' sizes "$1"
}

# Copy the list $2, if there is something in it, to $1 and print that.
keep_list() {
  test -s "$2" || return 0
  cp "$2" "$1"
  echo "$1"
}

# Write a list beginning with $1 for each path in the list `large`, and print their names.
keep_large() {
  index=0
  while read -r path; do
    index=$((index + 1))
    echo "$path" >"$1-$index"
    echo "$1-$index"
  done <large
}

# Write lists beginning with $1, of the layers that hold the store paths in the list $2: large ones
# alone, and the small ones together; where these are large together, those of the list $3 apart from
# what they need. Print the names of the lists.
plan_layers() {
  split_large "$2"
  keep_large "$1"
  if test "$(cat small-size)" -lt "$smallestLarge"; then
    keep_list "$1-small" small
  else
    without "$3" small >needed
    without needed small >own
    keep_list "$1-needed" needed
    keep_list "$1-own" own
  fi
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

# Of the list `closure` write those paths that no layer of the file `path-layers` or of the parent
# holds: with $split into the lists `large` and `small`, without it into `small`.
plan_own() {
  print_paths path-layers | sort -u - held >held-now
  without held-now closure >left
  if test "$split"; then
    split_large left
  else
    : >large
    mv left small
  fi
}

# Where $maxLayers are too few for the layers of the parent, of the file `path-layers`, and those of
# other files, move the smallest of `path-layers` into the file `smallest`; they are to be one.
limit_layers() {
  : >smallest
  test "$maxLayers" || return 0
  others=$(($(wc -l <parent-layers) + $(test ! "$links" || echo 1) + 1))
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
  done <path-layers | sort -k 1,1n -k 2 | head -n "$((surplus + 1))" | cut -d ' ' -f 3- >smallest
  without smallest path-layers >kept
  mv kept path-layers
}

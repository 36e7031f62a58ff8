# shellcheck shell=sh
# What makes and reads layers; sourced. A line of a file `layers` describes a layer:
#
#     DIFF_ID DIGEST SIZE FILE PATHS
#
# DIFF_ID is the SHA-256 of the layer's tar archive. DIGEST and SIZE are those of FILE, or, where
# $form is `recipe`, of the archive that the program FILE prints; else $form is what FILE is: `tar`
# or `tar+gzip`. PATHS is a list of the store paths that are all there is in the layer, or - where
# the layer holds other files.

# Print a tar archive of the store paths in the list $2, behind the archive $1 without its end, if
# that is no dash. More arguments are options of tar.
pack() {
  prefix=$1
  list=$2
  shift 2
  test "$prefix" = - || cat "$prefix"
  sed 's,^/,,' "$list" |
    "$gnutar/bin/tar" --create --directory=/ --files-from=- --sort=name --format=gnu \
      --mtime="$mtime" --owner="$owner" --group="$group" --hard-dereference \
      --blocking-factor=64 "$@"
}

# Print the plain tar archive of a layer from its FILE, which is no compressed one.
print_layer() {
  if test -x "$1"; then
    "$1"
  else
    cat "$1"
  fi
}

# Print the SHA-256 of standard input, with more behind a blank.
sum() {
  "$openssl/bin/openssl" dgst -sha256 -r
}

# Write the program $1, which prints what `pack $2 $3` does.
write_recipe() {
  {
    # shellcheck disable=SC2154 # Nix sets it
    echo "#!$builder -eu"
    printf '%s=%s\n' gnutar "$gnutar" group "$group" mtime "$mtime" owner "$owner" |
      sed "s/'/'\\\\''/g; s/=/='/; s/\$/'/"
    echo ". $layerFunctions"
    echo "pack $2 $3"
  } >"$1"
  chmod +x "$1"
}

# Make a layer in the folder $out, its files named $1, as $form says, of what `pack $2 $3` prints;
# print its line. The list $3 lies in $out.
make_layer() {
  file=$out/$1.$form
  case $form in
    recipe)
      diff_id=$(pack "$2" "$3" --totals 2>log | sum) || {
        cat log >&2
        return 1
      }
      size=$(awk '/^Total bytes written: / { print $4 }' log)
      test "$2" = - || size=$((size + $(stat -c %s "$2")))
      digest=$diff_id
      write_recipe "$file" "$2" "$3"
      ;;
    tar)
      pack "$2" "$3" >"$file"
      diff_id=$(sum <"$file")
      digest=$diff_id
      size=$(stat -c %s "$file")
      ;;
    tar+gzip)
      pack "$2" "$3" >plain.tar
      diff_id=$(sum <plain.tar)
      "$libdeflate/bin/libdeflate-gzip" -c <plain.tar >"$file"
      digest=$(sum <"$file")
      size=$(stat -c %s "$file")
      rm plain.tar
      ;;
  esac
  if test "$2" = -; then
    echo "${diff_id%% *} ${digest%% *} $size $file $3"
  else
    echo "${diff_id%% *} ${digest%% *} $size $file -"
  fi
}

# Make a layer of the store paths in the list $2, if there are any, and print its line.
make_store_layer() {
  test -s "$2" || return 0
  cp "$2" "$out/$1.paths"
  make_layer "$1" - "$out/$1.paths"
}

# Make a layer for each large store path in the list $1 and print their lines; write the list of
# the other paths, `small`, and the bytes of their files, `small-size`.
make_large_layers() {
  touch sizes large small
  # shellcheck disable=SC2046 # a list of store paths
  test ! -s "$1" || find $(cat "$1") -type f -exec stat -c '%s %n' {} + >sizes
  awk -F / -v least="$smallestLarge" '
    FILENAME == "sizes" { size["/" $2 "/" $3 "/" $4] += $1; next }
    size[$0] + 0 >= least + 0 { print >"large"; next }
    { print >"small"; sum += size[$0] }
    END { print sum + 0 >"small-size" }
  ' sizes "$1"
  number=0
  while read -r path; do
    number=$((number + 1))
    echo "$path" >one
    make_store_layer "$number" one
  done <large
}

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

# Write the paths that the layers in the folders $@ hold into the file `held`.
list_held() {
  touch held
  for folder in "$@"; do
    cat "$folder/paths" >>held
  done
}

# shellcheck shell=sh
# How layers are packed; sourced. A line of a file `layers` describes a layer:
#
#     DIFF_ID DIGEST SIZE FILE LIST
#
# DIFF_ID is the SHA-256 of the layer's tar archive. FILE is that archive, or, where $form is
# `tar+gzip`, the compressed one; DIGEST and SIZE are its. LIST is a list of the store paths that are
# all there is in the layer, or - where the layer holds other files.

# shellcheck source=SCRIPTDIR/times.sh
. "$timeFunctions"

# Once, since what is "now" would change.
mtime=@$(print_time mtime "$mtime" %s)
test ! "${created+set}" || created=$(print_time created "$created" %Y-%m-%dT%H:%M:%SZ)

# The folders above store paths. The machine's own may have another mode.
mkdir -p above/nix/store
chmod 755 above/nix above/nix/store

# Print a tar archive of the store paths in the list $2, below the store's folders or, if that is no
# dash, behind the archive $1 without its end, which has these. More arguments are options of tar.
pack() {
  prefix=$1
  list=$2
  shift 2
  set -- --recursion --directory=/ --files-from=- --sort=name --format=gnu \
    --mtime="$mtime" --owner="$owner" --group="$group" --hard-dereference \
    --blocking-factor=64 "$@"
  if test "$prefix" = -; then
    set -- --directory=above --no-recursion nix nix/store "$@"
  else
    cat "$prefix"
  fi
  sed 's,^/,,' "$list" | "$gnutar/bin/tar" --create "$@"
}

# Print the SHA-256 of standard input, with more behind a blank.
sum() {
  "$openssl/bin/openssl" dgst -sha256 -r
}

# Make the layer $1 of what `pack $2 $3` prints, and print its line.
make_layer() {
  file=$1.$form
  if test "$form" = tar; then
    pack "$2" "$3" >"$file"
    diff_id=$(sum <"$file")
    digest=$diff_id
  else
    pack "$2" "$3" >plain.tar
    diff_id=$(sum <plain.tar)
    "$libdeflate/bin/libdeflate-gzip" -c <plain.tar >"$file"
    digest=$(sum <"$file")
    rm plain.tar
  fi
  list=-
  test "$2" != - || list=$3
  echo "${diff_id%% *} ${digest%% *} $(stat -c %s "$file") $file $list"
}

# Make the layers of the lists whose names are read, and print their lines.
make_store_layers() {
  while read -r list; do
    make_layer "$list" - "$list"
  done
}

# Print the configuration of an image (OCI image specification, config.md) with the layers of the
# file $1: what the caller asks for, and below its environment variables those of the configuration
# $2, the parent's.
print_config() {
  # shellcheck disable=SC2016 # the variables are jq's
  "$jq/bin/jq" --raw-input --null-input --compact-output \
    --arg architecture "$architecture" --arg created "$created" \
    --slurpfile config "$config" --slurpfile parent "$2" '
      def named: map({ key: sub("=.*"; ""; "m"), value: . }) | from_entries;
      [inputs | split(" ")[0]] as $layers
      | ((($parent[0].config.Env // []) | named) + (($config[0].Env // []) | named)) as $variables
      | {
          $architecture,
          config: ($config[0] + if $variables == {} then {} else { Env: [$variables[]] } end),
          $created,
          history: [$layers[] | { $created, created_by: "Nix" }],
          os: "linux",
          rootfs: { diff_ids: [$layers[] | "sha256:" + .], type: "layers" }
        }
    ' "$1"
}

# shellcheck shell=bash
# Take a docker archive apart: its layers (see packing.sh), plain unless $compressed is set, its
# configuration, and which store paths the layers hold.

mkdir "$out"
# shellcheck source=SCRIPTDIR/chooseImage.sh
. "$chooseImage"
cp "archive/$(jq --raw-output .Config image.json)" "$out/config.json"

sha256() {
  digest=$(openssl dgst -sha256 -r "$1")
  echo "${digest%% *}"
}

number=0
jq --raw-output '.Layers[]' image.json | while read -r name; do
  number=$((number + 1))
  file=$out/$number.tar
  print_plain "archive/$name" >"$file"
  tar --list --file="$file"
  diff_id=$(sha256 "$file")
  digest=$diff_id
  if test "$compressed"; then
    libdeflate-gzip "$file"
    file=$file.gz
    digest=$(sha256 "$file")
  fi
  echo "$diff_id $digest $(stat --format=%s "$file") $file -" >>"$out/layers"
done | sed -n 's,^\.\?/*\(nix/store/[^/][^/]*\).*,/\1,p' | sort -u >"$out/paths"

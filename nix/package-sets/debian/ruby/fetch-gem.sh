# shellcheck shell=sh
# Fetch the gem $name into $out, from the first of the $sources that has it with that $hash; without
# sources, from those that gem asks, as $ruby says. The message names all that are $needed.

test "$sources" || sources=$("$ruby" -e 'puts Gem.default_sources')

hash_of() {
  set -- "$(sha256sum <"$1")"
  echo "sha256-$(echo "${1%% *}" | xxd -r -p | base64)"
}

for source in $sources; do
  address=${source%/}/gems/$name
  echo "fetching $address"
  if timeout 300 wget -q -O "$out" "$address"; then
    found=$(hash_of "$out")
    # shellcheck disable=SC2154 # Nix gives it
    test "$found" != "$hash" || exit 0
    echo "$address: its hash is $found, expected is $hash" >&2
  else
    echo "$address: cannot be fetched" >&2
  fi
  rm -f "$out"
done

{
  echo "$name cannot be had from any source of gems. Needed are, of these hashes:"
  for each in $needed; do
    echo "  ${each%%=*} ${each#*=}"
  done
  echo "  get each where the index of gems can be reached, then run nix-store --add-fixed sha256 FILE,"
  echo "  or lay them into a folder and name it: NIXGEN_GEMS=FOLDER, or --arg gemFolder FOLDER"
} >&2
exit 1

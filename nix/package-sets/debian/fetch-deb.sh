# shellcheck shell=sh
# Fetch $name into $out, from the first of the $addresses that sends a file of that $sha256.

for address in $addresses; do
  echo "fetching $address"
  if timeout "$patience" wget -q -O "$out" "$address"; then
    set -- "$(sha256sum <"$out")"
    test "${1%% *}" != "$sha256" || exit 0
    echo "$address: its SHA-256 is ${1%% *}, locked is $sha256" >&2
  else
    echo "$address: cannot be fetched" >&2
  fi
  rm -f "$out"
done

echo "no mirror has $name as it was locked" >&2
exit 1

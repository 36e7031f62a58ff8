# shellcheck shell=sh
# Put all of Mozilla's certificates into $out/etc/ssl/certs/ca-bundle.crt.

mkdir -p "$out/etc/ssl/certs"
cat "$certificates"/usr/share/ca-certificates/mozilla/*.crt >"$out/etc/ssl/certs/ca-bundle.crt"
ln -s ca-bundle.crt "$out/etc/ssl/certs/ca-certificates.crt"

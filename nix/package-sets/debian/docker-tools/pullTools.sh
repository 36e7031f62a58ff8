# shellcheck shell=sh
# Copy skopeo with its libraries, busybox and the certificates into $out.

mkdir "$out"
cp "$busybox/bin/busybox" "$skopeo" "$cacert/etc/ssl/certs/ca-bundle.crt" "$out/"
cp -rL "$lib" "$out/lib"
ln -s "lib/$loader" "$out/loader"

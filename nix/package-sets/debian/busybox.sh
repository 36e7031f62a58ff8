# shellcheck shell=sh
# Copy busybox into $out/bin and link its applets to it.

mkdir -p "$out/bin"
cp "$seed/busybox" "$out/bin/busybox"
for applet in $("$seed/busybox" --list); do
  test "$applet" = busybox || ln -s busybox "$out/bin/$applet"
done

# shellcheck shell=bash
# Lay the $debianLayers of a Debian system on one another, and run the build command there.

mkdir root contents contents/build
cp "$buildCommandPath" contents/build/.command
tar --create --directory=contents --format=gnu --owner=root:0 --group=root:0 --mtime=@1 \
  --file=contents.tar .

options=()
for layer in $debianLayers; do
  options+=(--layer "$layer/layer.tar")
done

# What the commands change outside of $out is of no use to anybody.
fakeroot "$debianPython" -I -B -X utf8 "$debianImageLayers" run root "${options[@]}" --contents contents.tar \
  --command "$busybox/bin/sh" "$debianRunInRoot" "$debianEnter" --mtime 1 >/dev/null
test -e "$out" || {
  echo "the commands of $name ended well, but made no \$out" >&2
  exit 1
}

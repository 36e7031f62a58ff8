# shellcheck shell=bash
# Unpack the layers of the image $below into the folder root, add the contents, run $runAsRoot and
# $extraCommandsProgram there with that folder as root, and write what has changed since as a layer:
# a tar archive whose last 1024 bytes are its end mark. Whatever is root here only appears to be.

layers=()
if test "$below"; then
  while read -r _ _ _ file _; do
    layers+=(--layer "$file")
  done <"$below/layers"
fi

mkdir -p contents/root
(cd contents && bash -eu "$addContents") >&2
tar --create --directory=contents/root --format=gnu --owner="$owner" --group="$group" \
  --file=contents.tar .

commands=()
for program in "$runAsRoot" $extraCommandsProgram; do
  commands+=(--command "$busybox/bin/sh" "$runInRoot" "$program")
done

"$python" -I -B -X utf8 "$imageLayers" run root "${layers[@]}" --contents contents.tar \
  "${commands[@]}" --owner "${owner##*:}" "${group##*:}" \
  --mtime "${mtime#@}"

# shellcheck shell=bash
# Make the root folder of an image and pack it, without the end mark of a tar archive, so that a
# layer can go on behind it. Beside it comes the image's configuration.

mkdir "$out" root
cp "$configPath" "$out/config.json"
# shellcheck disable=SC2086 # nothing, or the word fakeroot
$asRoot bash -eu -o pipefail "$pack" >root.tar
head --bytes=-1024 root.tar >"$out/root.tar"

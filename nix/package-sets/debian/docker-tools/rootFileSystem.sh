# shellcheck shell=bash
# Make the root folder of an image and pack it, without the end mark of a tar archive, so that a
# layer can go on behind it. Beside it come the image's configuration and what is in the archive, as
# parentFolders.awk reads it.

# shellcheck source=SCRIPTDIR/times.sh
. "$timeFunctions"

mtime=@$(print_time mtime "$mtime" %s)

mkdir "$out" root
cp "$configPath" "$out/config.json"
# shellcheck disable=SC2086 # nothing, or the word fakeroot
$asRoot bash -eu -o pipefail "$pack" >root.tar
head --bytes=-1024 root.tar >"$out/root.tar"
tar --list --verbose --numeric-owner --utc --quoting-style=c --file=root.tar >"$out/listing"

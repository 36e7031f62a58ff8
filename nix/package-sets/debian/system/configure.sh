# shellcheck shell=bash
# Lay the $layers of Debian packages on one another, run the packages' maintainer scripts there, and
# make a layer of what they change, in $out. In it are the links of the file $linksPath as well.

mkdir "$out" root
options=()
newest=0
mkdir -p contents/var/lib/dpkg/info contents/var/lib/dpkg/updates
for layer in $layers; do
  options+=(--layer "$layer/layer.tar")
  cat "$layer/status" >>contents/var/lib/dpkg/status
  read -r time <"$layer/newest"
  test "$time" -le "$newest" || newest=$time
done
echo 1 >contents/var/lib/dpkg/info/format
: >contents/var/lib/dpkg/available
tar --create --directory=contents --format=gnu --owner=root:0 --group=root:0 --mtime=@1 \
  --file=contents.tar .

# A file that was compiled from a packaged one is stale if it is older.
export SOURCE_DATE_EPOCH=$newest

fakeroot "$python" -I -B -X utf8 "$imageLayers" run root "${options[@]}" --contents contents.tar \
  --command "$busybox/bin/sh" "$runInRoot" "$maintainerScripts/configure.sh" \
  --command "$python" "$sortJavaCertificates" root/etc/ssl/certs/java/cacerts "$newest" \
  --command "$busybox/bin/sh" "$linkPrograms" \
  --mtime "$newest" >changes.tar

head --bytes=-1024 changes.tar >"$out/layer.tar"
(cd links && find . -mindepth 3 -printf '%P\0' | sort --zero-terminated) >names
tar --create --directory=links --null --no-recursion --files-from=names --format=gnu \
  --owner=root:0 --group=root:0 --mtime=@1 >>"$out/layer.tar"
echo "$newest" >"$out/newest"

# shellcheck source=SCRIPTDIR/describeLayer.sh
. "$describeLayer"

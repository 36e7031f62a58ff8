# shellcheck shell=sh
# Unpack the .deb file $deb into $out: everything below usr/, links within it relative, and of
# the documentation only the licences.

case $(ar t "$deb") in
  *data.tar.zst*)
    echo "$deb is packed with zstd, as Ubuntu does; only Debian's packages can be unpacked" >&2
    exit 1
    ;;
esac

mkdir -p "$out/usr"
dpkg-deb -x "$deb" "$out"
chmod -R u+w "$out"

# Since Debian 12 /bin, /sbin and /lib are links into /usr on every system.
for folder in bin sbin lib lib32 lib64 libx32; do
  if test -d "$out/$folder"; then
    mkdir -p "$out/usr/$folder"
    cp -a "$out/$folder/." "$out/usr/$folder/"
    rm -r "${out:?}/$folder"
  fi
done

find "$out" -type l | while read -r link; do
  target=$(readlink "$link")
  case $target in
    /bin/* | /sbin/* | /lib*/*) target=/usr$target ;;
    /*) ;;
    *) continue ;;
  esac
  folder=$(dirname "${link#"$out"}")
  upwards=$(echo "$folder" | sed 's,/[^/]*,../,g')
  ln -sfn "$upwards${target#/}" "$link" # without -n it may go into a folder of this machine
done

# glibc looks for these below /usr alone, where they never are.
rm -rf "$out"/usr/lib/*/gconv

cd "$out/usr/share" 2>/dev/null || exit 0
rm -rf bug info lintian locale man
if test -d doc; then
  find doc ! -type d ! -name copyright -exec rm -f {} +
  find doc -depth -type d -exec rmdir {} + 2>/dev/null || true
fi

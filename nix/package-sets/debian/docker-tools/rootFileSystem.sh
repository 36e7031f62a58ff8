# Make the root folder of an image and pack it, without the end mark of a tar archive, so that a
# layer can go on behind it.

mkdir "$out" root
if test "$linkContents"; then
  # shellcheck disable=SC2086 # a list of store paths
  bash "$joinLinks" root $contents
else
  for path in $contents; do
    cp -a --no-preserve=ownership "$path/." root/
    chmod -R u+w root
  done
fi

(
  cd root
  # shellcheck disable=SC1090 # the commands are the caller's
  . "$extraCommandsPath"
)

if test -s "$fakeRootCommandsPath"; then
  owner='' group='' fakeroot bash -eu -o pipefail "$pack" "$fakeRootCommandsPath"
else
  bash -eu -o pipefail "$pack"
fi | head --bytes=-1024 >"$out/root.tar"

# shellcheck shell=sh
# Put the text into $out$destination.

target=$out$destination
mkdir -p "$(dirname "$target")"
cp "$textPath" "$target"
if test "$executable"; then
  chmod +x "$target"
else
  chmod -x "$target"
fi
eval "$checkPhase"

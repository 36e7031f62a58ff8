# shellcheck shell=sh
# Lay Python's programs and its standard library side by side in $out.

mkdir -p "$out/bin" "$out/lib"
for part in $parts; do
  for library in "$part"/usr/lib/python3.*; do
    test -d "$library" && cp -rs "$library" "$out/lib/" && chmod -R u+w "$out/lib"
  done
done

for program in "$interpreter"/bin/*; do
  name=${program##*/}
  if test -L "$program"; then
    cp -P "$program" "$out/bin/$name"
  else
    # Python finds its library from the name that it is called by.
    sed "s,--argv0 \"\$0\",--argv0 $out/bin/$name," "$program" >"$out/bin/$name"
    chmod +x "$out/bin/$name"
  fi
done

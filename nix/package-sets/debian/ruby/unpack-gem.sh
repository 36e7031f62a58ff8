# shellcheck shell=sh
# Unpack the file $gem, a tar archive, into the folder $out.

mkdir "$out"
tar -xOf "$gem" data.tar.gz | tar -xzf - -C "$out"

if tar -xOf "$gem" metadata.gz | gzip -dc | grep -A 1 '^extensions:$' | grep -q '^- '; then
  echo "$gem has parts to compile, which this package set cannot; expected a gem of Ruby alone" >&2
  exit 1
fi

# shellcheck shell=sh
# Make in the folder links what stands at store paths in an image of Debian packages: each line of the
# file $linksPath is a path and where it leads, or `programs` for a folder with the programs of the
# system in the folder root. That folder is made once; more packages share it.
set -eu

mkdir -p links/nix/store

# Link to what the system has in /usr, and to all its programs from one folder, since packages for
# nixpkgs have no sbin, and some of Debian keep theirs below /usr/lib.
link_programs() {
  mkdir -p "$1/bin"
  for folder in include lib libexec sbin share; do
    ln -s "/usr/$folder" "$1/$folder"
  done
  for program in root/usr/lib/*/bin/* root/usr/lib/*/*/bin/* root/usr/games/* root/usr/sbin/* \
    root/usr/bin/*; do
    if test -L "$program" || test -e "$program"; then
      ln -sfn "${program#root}" "$1/bin/"
    fi
  done
}

first=
while read -r path target; do
  if test "$target" != programs; then
    ln -s "$target" "links$path"
  elif test "$first"; then
    ln -s "$first" "links$path"
  else
    first=$path
    link_programs "links$path"
  fi
done <"$linksPath"

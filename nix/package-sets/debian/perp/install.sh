# shellcheck shell=sh
# Make $out: the scripts of this folder with the paths of what they use.

libexec=$out/libexec/perp
mkdir -p "$out/bin" "$libexec"

install_scripts() {
  folder=$1
  shift
  for script; do
    sed -e "s,@busybox@,$busybox,g" -e "s,@libexec@,$libexec,g" -e "s,@runit@,$runit,g" \
      -e "s,@shell@,$shell,g" "$scripts/$script.sh" >"$folder/$script"
    chmod +x "$folder/$script"
  done
}

install_scripts "$out/bin" perpctl perpd perpls perpok runuid
install_scripts "$libexec" finish run service

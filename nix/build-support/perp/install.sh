# shellcheck shell=sh
# Make $out: the scripts of this folder with the paths of what they use, and links to perp's commands.

folder=$out/usr/local/lib/perp
mkdir -p "$folder" "$out/usr/local/bin"
for command in perpctl perpd perpls perpok runuid; do
  ln -s "$perp/bin/$command" "$out/usr/local/bin/"
done

for script in environment health init rc.sh state.sh; do
  sed -e "s,@busybox@,$busybox,g" -e "s,@perp@,$perp,g" -e "s,@shell@,$shell,g" \
    -e "s,@state@,$folder/state.sh,g" "$scripts/${script%.sh}.sh" >"$folder/$script"
done
chmod +x "$folder/environment" "$folder/health" "$folder/init"

# shellcheck shell=sh
# Make $out: the scripts of this folder with the paths of what they use, and perp's commands.

folder=$out/usr/local/lib/perp
mkdir -p "$folder" "$out/usr/local/bin"

# Make $2 of the script $1.
install_script() {
  sed -e "s,@busybox@,$busybox,g" -e "s,@perp@,$perp,g" -e "s,@runit@,$runit,g" \
    -e "s,@shell@,$shell,g" -e "s,@environment@,$folder/environment.sh,g" \
    -e "s,@output@,$folder/output.sh,g" -e "s,@places@,$folder/places.sh,g" \
    -e "s,@state@,$folder/state.sh,g" -e "s,@supervise@,$folder/supervise,g" \
    -e "s,@users@,$folder/users.sh,g" "$scripts/$1.sh" >"$2"
  case $(head -c 2 "$2") in
    '#!') chmod +x "$2" ;;
  esac
}

for script in environment output places rc start state users; do
  install_script "$script" "$folder/$script.sh"
done
install_script run-environment "$folder/environment"
for script in health init probe supervise; do
  install_script "$script" "$folder/$script"
done

for command in perpd runuid; do
  ln -s "$perp/bin/$command" "$out/usr/local/bin/"
done
for command in perpctl perpls perpok; do
  install_script command "$out/usr/local/bin/$command"
done
install_script services "$out/usr/local/bin/services"

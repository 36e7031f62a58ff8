# shellcheck shell=sh
# Make the folders below /run that systemd would make for the packages' services; sourced. See
# RuntimeDirectory= in systemd.exec(5), and tmpfiles.d(5).

# Print the value of a setting of the unit file $2, the last one where there are several.
setting_of() {
  sed -n "s/^$1=//p" "$2" | tail -n 1
}

for unit in /usr/lib/systemd/system/*.service; do
  test -f "$unit" || continue
  user=$(setting_of User "$unit")
  group=$(setting_of Group "$unit")
  mode=$(setting_of RuntimeDirectoryMode "$unit")
  for folder in $(setting_of RuntimeDirectory "$unit"); do
    case $folder in
      *%*) continue ;; # of an instance of the unit
    esac
    mkdir -p "/run/$folder"
    chmod "${mode:-755}" "/run/$folder"
    chown "${user:-root}:${group:-$(id -gn "${user:-root}")}" "/run/$folder"
  done
done

for file in /usr/lib/tmpfiles.d/*.conf; do
  test -f "$file" || continue
  while read -r type path mode user group _; do
    case $type:$path in
      *:*%*) ;;
      d:/run/* | D:/run/* | d:/var/run/* | D:/var/run/*)
        case ${user:--} in -) user=root ;; esac
        case ${group:--} in -) group=root ;; esac
        case ${mode:--} in -) mode=755 ;; esac
        getent passwd "$user" >/dev/null || continue
        getent group "$group" >/dev/null || continue
        mkdir -p "$path"
        chmod "${mode#\~}" "$path"
        chown "$user:$group" "$path"
        ;;
    esac
  done <"$file"
done

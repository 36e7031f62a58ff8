#!/bin/sh
# Nix's daemon with a store, users and a configuration of its own. Runs as root in a mount and a PID
# namespace, with all of which it ends: when its standard input does. Prints a line once the daemon
# listens. Usage: daemon.sh FOLDER SANDBOX CLOSURE VENV PYTHON
#
# FOLDER has room for the store, homes and temporary files. SANDBOX is true or false. CLOSURE holds
# store paths as `nix-store --export` writes them; they are all that is in the store. VENV is an
# environment of Python, which the user's checkout has as .venv; PYTHON is where that Python lies.
set -eu

folder=$1
sandbox=$2
exec 3<"$3" # before its folder is hidden
venv=$4
python=$5

# The ordinary user in front, who may make containers too.
user=ordinary
user_id=4242

checkout=$folder/home/$user/nixgen

mkdir -p "$folder/etc" "$checkout/.venv" "$folder/nix" "$folder/tmp"
chmod 755 "$folder/etc" "$folder/home" "$folder/nix"
chmod 1777 "$folder/tmp"

mount --bind "$python" /mnt

cp -a /etc/. "$folder/etc/"
mount --bind "$folder/etc" /etc

members=$(seq -s , -f nixbld%g 1 10)
echo "nixbld:x:30000:$members" >>/etc/group
for number in $(seq 1 10); do
  echo "nixbld$number:x:$((30000 + number)):30000::/var/empty:/usr/sbin/nologin" >>/etc/passwd
done
echo "$user:x:$user_id:" >>/etc/group
echo "$user:x:$user_id:$user_id::/home/$user:/bin/sh" >>/etc/passwd
echo "$user:1000000000:65536" | tee -a /etc/subuid >>/etc/subgid

mkdir -p /etc/nix
cat >/etc/nix/nix.conf <<END
build-users-group = nixbld
sandbox = $sandbox
substituters =
END

# Whoever owns the device here: an ordinary user's containers have their network through it.
if test -e /dev/net/tun; then
  mknod -m 666 "$folder/tun" c 10 200
  mount --bind "$folder/tun" /dev/net/tun
fi

mount --bind "$folder/nix" /nix
mount --bind -o ro "$venv" "$checkout/.venv"
mount --rbind "$folder/home" /home
# Builders without the sandbox, podman and tests write there.
mount --bind "$folder/tmp" /tmp
mount --bind /tmp /var/tmp

mkdir -m 700 "/home/$user/run"
chown "$user:$user" "/home/$user" "/home/$user/run" "/home/$user/nixgen"

# Python may lie where the user may not go, such as in /root, or below what is hidden now.
if ! setpriv --reuid="$user" --regid="$user" --init-groups \
  env "/home/$user/nixgen/.venv/bin/python" -c '' 2>/dev/null; then
  top=/$(echo "$python" | cut -d / -f 2)
  test "$top" = /home || mount -t tmpfs -o mode=755 tmpfs "$top"
  mkdir -p "$python"
  mount --bind /mnt "$python"
fi

unset NIX_CONFIG NIX_REMOTE
NIX_REMOTE=local nix-store --import <&3 >/dev/null
exec 3<&-
nix-daemon &
while ! test -S /nix/var/nix/daemon-socket/socket; do
  sleep 0.05
done
echo listening
read -r _ || true

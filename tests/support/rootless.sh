#!/bin/sh
# A user with ids for containers and a Nix store of his own, as a single user's installation has it.
# Runs as root in namespaces for mounts and processes, with which all of it ends: when its standard
# input does. Prints a line when it is ready.
#
# Usage: rootless.sh FOLDER VENV PYTHON
# FOLDER has the checkout as home/nixgen. VENV becomes the checkout's .venv; PYTHON is where that
# Python lies.
set -eu

folder=$1
venv=$2
python=$3
user=visitor
user_id=4711
home=$folder/home

mkdir "$folder/etc" "$folder/upper" "$folder/work" "$folder/venv" "$folder/python" "$folder/tmp"
mount --bind "$venv" "$folder/venv"
mount --bind "$python" "$folder/python"

for name in passwd group subuid subgid; do
  cp "/etc/$name" "$folder/etc/"
done
echo "$user:x:$user_id:$user_id::$home:/bin/sh" >>"$folder/etc/passwd"
echo "$user:x:$user_id:" >>"$folder/etc/group"
echo "$user:1000000000:65536" | tee -a "$folder/etc/subuid" >>"$folder/etc/subgid"
for name in passwd group subuid subgid; do
  mount --bind "$folder/etc/$name" "/etc/$name"
done

# Whoever owns the device here: elsewhere every user may open it.
if test -e /dev/net/tun; then
  mknod -m 666 "$folder/tun" c 10 200
  mount --bind "$folder/tun" /dev/net/tun
fi

mount -t overlay -o "lowerdir=/nix,upperdir=$folder/upper,workdir=$folder/work" overlay /nix
chown "$user_id:$user_id" /nix /nix/store
chown -R "$user_id:$user_id" /nix/var "$home" "$folder/tmp"

mkdir -p "$home/nixgen/.venv"
mount --bind "$folder/venv" "$home/nixgen/.venv"
# Python may lie where the user may not go, such as in /root.
if ! setpriv --reuid=$user --regid=$user --init-groups \
  env "$home/nixgen/.venv/bin/python" -c '' 2>/dev/null; then
  mount -t tmpfs -o mode=755 tmpfs "/$(echo "$python" | cut -d / -f 2)"
  mkdir -p "$python"
  mount --bind "$folder/python" "$python"
fi

echo ready
read -r _ || true

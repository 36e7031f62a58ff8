#!/bin/sh
# Run a command in the Debian that lies in a folder, as one of its users, in mount and process
# namespaces of its own: what it mounts and starts ends with it.
# Usage: unshare --mount --propagation private --pid --fork --kill-child enter-folder.sh FOLDER
#   PASSING USER DIRECTORY COMMAND...
#
# PASSING holds what is thrown away after the tests: homes, containers, temporary files, and the Nix
# store of each user.
set -eu

folder=$1
passing=$2
user=$3
directory=$4
shift 4

# Nothing may make a user namespace below chroot(2): the folder becomes the root instead.
mount --bind "$folder" "$folder"
mkdir -p "$folder/nix"
mount -t proc proc "$folder/proc"
mount --rbind /sys "$folder/sys"
mount -t tmpfs -o mode=755 tmpfs "$folder/run"
mount --bind "$passing/home" "$folder/home"
mount --bind "$passing/nix-$user" "$folder/nix"
mount --bind "$passing/containers" "$folder/var/lib/containers"
mount --bind "$passing/tmp" "$folder/tmp"
mount --bind "$passing/tmp" "$folder/var/tmp"
for file in hosts resolv.conf; do
    mount --bind -o ro "/etc/$file" "$folder/etc/$file"
done

# As udev lays them out; those of the machine may be for root alone.
mount -t tmpfs -o mode=755 tmpfs "$folder/dev"
mkdir "$folder/dev/net" "$folder/dev/pts" "$folder/dev/shm"
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 fuse:10:229 net/tun:10:200; do
    numbers=${node#*:}
    mknod -m 666 "$folder/dev/${node%%:*}" c "${numbers%:*}" "${numbers#*:}"
done
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$folder/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$folder/dev/shm"
ln -s pts/ptmx "$folder/dev/ptmx"
ln -s /proc/self/fd "$folder/dev/fd"
for number in 0:stdin 1:stdout 2:stderr; do
    ln -s "/proc/self/fd/${number%:*}" "$folder/dev/${number#*:}"
done

cd "$folder"
pivot_root . .
umount --lazy .

home=/home/$user
[ "$user" != root ] || home=/root
cd "$directory"
# No exec: the shell takes the place of init.
setpriv --reuid "$user" --regid "$user" --init-groups \
    env --unset=XDG_RUNTIME_DIR HOME="$home" USER="$user" LOGNAME="$user" SHELL=/bin/sh \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"

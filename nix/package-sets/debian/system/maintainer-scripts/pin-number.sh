#!/bin/sh
# Stands in the place of adduser, addgroup, useradd and groupadd while maintainer scripts run: system
# users and groups get the number that the list $uids has for their name (NAME=NUMBER), or one that
# follows from the name, so that it is the same in each image whatever else is in there, and files in
# volumes keep their owner.
set -eu

called=${0##*/}
real=/tmp/replaced/$called

# Find the name among the arguments, and whether it gets a number that is not said.
name=
second=
is_system=
is_group=
number=
expects_value=
for word in "$@"; do
  if test "$expects_value"; then
    expects_value=
    continue
  fi
  case $word in
    --uid | --gid | --uid=* | --gid=* | -u | -u[0-9]*) number=said ;;
  esac
  case $called:$word in
    groupadd:-g | groupadd:-g[0-9]*) number=said ;;
  esac
  case $word in
    --system | -r) is_system=1 ;;
    --group) ;;
    --*=*) ;;
    --home | --home-dir | --shell | --gecos | --comment | --ingroup | --uid | --gid | --firstuid | \
      --lastuid | --firstgid | --lastgid | --conf | --groups | --key | --skel | --password | \
      --base-dir | --expiredate | --inactive | -[bcdefgGkKpsu]) expects_value=1 ;;
    -*) ;;
    *) if test "$name"; then second=1; else name=$word; fi ;;
  esac
done
case $called in
  addgroup | groupadd) is_group=1 ;;
esac

table=passwd
option=--uid
if test "$is_group"; then
  table=group
  option=--gid
fi

if test -z "$is_system" || test -z "$name" || test "$second" || test "$number" ||
  getent "$table" "$name" >/dev/null; then
  exec "$real" "$@"
fi

for pinned in $uids; do
  test "${pinned%%=*}" != "$name" || exec "$real" "$option" "${pinned#*=}" "$@"
done

# Debian gives system users numbers from 100 to 999 (Debian Policy Manual, 9.2.2).
number=$(printf %s "$name" | cksum | cut -d ' ' -f 1)
number=$((number % 800 + 110))
is_free() {
  ! getent passwd "$1" | grep -v "^$name:" | grep -q . &&
    ! getent group "$1" | grep -v "^$name:" | grep -q .
}
while ! is_free "$number"; do
  number=$((number + 1))
done
exec "$real" "$option" "$number" "$@"

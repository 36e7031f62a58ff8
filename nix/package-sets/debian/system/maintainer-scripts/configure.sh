#!/bin/sh
# Run the maintainer scripts of the packages $essential and $others as dpkg does when it installs them
# (Debian Policy Manual, 6), with the system as root folder; then remove what the machine, the day or
# chance made. /var/lib/dpkg/status says that all are unpacked. $SOURCE_DATE_EPOCH is the time that
# scripts shall have.
set -eu

scripts=${0%/*}

# What fakeroot needs, and nothing of the machine that builds.
if test -z "${cleared:-}"; then
  exec env -i cleared=1 busybox="$busybox" essential="$essential" others="$others" uids="$uids" \
    FAKEROOTDONTTRYCHOWN=1 FAKEROOTKEY="${FAKEROOTKEY:-}" LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}" \
    LD_PRELOAD="${LD_PRELOAD:-}" SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true \
    DPKG_ADMINDIR=/var/lib/dpkg DPKG_ROOT="" /bin/sh "$0"
fi

mount() { "$busybox/bin/busybox" mount "$@"; }

database=/var/lib/dpkg
architecture=$(dpkg --print-architecture)
umask 022

# Fail with the package, the script and the end of what it said.
fail() {
  echo "Debian package $1: its $2 script failed; the end of what it said:" >&2
  tail -n 20 /tmp/log >&2
  exit 1
}

run_preinst() {
  for script in "$database/info/$1.preinst" "$database/info/$1:$architecture.preinst"; do
    test -x "$script" || continue
    DPKG_MAINTSCRIPT_PACKAGE=$1 DPKG_MAINTSCRIPT_NAME=preinst DPKG_MAINTSCRIPT_ARCH=$architecture \
      DPKG_RUNNING_VERSION=$(dpkg-query --showformat='${Version}' --show dpkg) \
      "$script" install >/tmp/log 2>&1 </dev/null || fail "$1" preinst
  done
}

# Let dpkg run the postinst scripts of packages, in the order that it finds.
configure() {
  dpkg --force-unsafe-io --force-confold --configure "$@" >/tmp/log 2>&1 </dev/null && return
  package=$(sed -n 's/^dpkg: error processing package \([^ :]*\).*/\1/p' /tmp/log | head -n 1)
  fail "${package:-$*}" postinst
}

# The first packages use no awk, no users and no libc that is set up, so that others can.
first="base-passwd base-files libc6"
for package in mawk gawk original-awk; do
  case " $essential $others " in
    *" $package "*) first="$first $package" && break ;;
  esac
done

mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir /tmp/replaced

# Put the program $1 in the place of others, as long as these scripts run. One of them may be a link
# to another, which has its program then.
replace() {
  program=$1
  shift
  for file; do
    test ! -e "$file" || cp "$file" /tmp/replaced/
  done
  for file; do
    test -L "$file" || test ! -e "$file" || mount -o bind "$program" "$file"
  done
}

printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d # of invoke-rc.d(8): start nothing
chmod 755 /usr/sbin/policy-rc.d

for package in $first; do
  run_preinst "$package"
done
# shellcheck disable=SC2086 # a list of packages
configure --force-depends $first

replace "$scripts/pin-number.sh" \
  /usr/sbin/adduser /usr/sbin/addgroup /usr/sbin/useradd /usr/sbin/groupadd
# What makes a database: files that it gives to another user would stay root's, and it has
# its own random numbers. The service makes it when it starts first.
replace "$scripts/no-database.sh" \
  /usr/bin/pg_createcluster /usr/bin/mariadb-install-db /usr/bin/mysql_install_db

rest=
for package in $essential; do
  case " $first " in
    *" $package "*) ;;
    *) rest="$rest $package" && run_preinst "$package" ;;
  esac
done
# shellcheck disable=SC2086 # a list of packages
configure --force-depends $rest

for package in $others; do
  case " $first " in
    *" $package "*) ;;
    *) run_preinst "$package" ;;
  esac
done
configure --pending

rm /usr/sbin/policy-rc.d
# shellcheck source=SCRIPTDIR/runtime-folders.sh
. "$scripts/runtime-folders.sh"
# shellcheck source=SCRIPTDIR/clean.sh
. "$scripts/clean.sh"

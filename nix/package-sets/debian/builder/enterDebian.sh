#!/bin/sh
# Run the build command on the Debian system that is the root folder now, with nothing in the
# environment that tells where the system was laid out.
set -eu

unset buildCommandPath debianLayers debianImageLayers debianPython debianRunInRoot debianEnter
unset LD_LIBRARY_PATH LD_PRELOAD TEMP TEMPDIR TMP OLDPWD
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/build TMPDIR=/tmp NIX_BUILD_TOP=/build SHELL=/bin/bash LC_ALL=C.UTF-8
# Files of zip archives cannot be older.
export SOURCE_DATE_EPOCH=315532800 PYTHONHASHSEED=0
umask 022
mv /build/.command /tmp/command
cd /build
# Nix gives a network of their own to builds in the sandbox alone.
# shellcheck disable=SC2016 # the inner shell expands them
exec unshare --net /bin/sh -euc '
  "$busybox/bin/busybox" ip link set lo up
  unset busybox
  exec /bin/bash -eu -o pipefail /tmp/command
'

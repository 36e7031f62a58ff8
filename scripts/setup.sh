#!/bin/sh
# Install what nixgen's demo and tests need: Debian's packages, and a virtual environment.
# Does nothing where everything is there. Takes the folder of the virtual environment, and `rooms` for
# what the tests in other rooms (tests/rooms/) need as well.
set -eu

venv=$1

# What the tests run beside what the demo needs: a registry, a shell checker, ssh, perp's stand-in.
wanted='nix-bin podman runc skopeo conmon netavark iptables fuse-overlayfs uidmap python3-venv
busybox-static docker-registry openssh-client openssh-server openssl shellcheck git'
# A second container engine, another Debian in a folder, an ordinary user's network.
if [ "${2:-}" = rooms ]; then
    wanted="$wanted docker.io containerd debootstrap slirp4netns sudo"
fi

fail() {
    printf 'set-up: %s\n' "$@" >&2
    exit 2
}

missing_packages() {
    # shellcheck disable=SC2086 # a list of names
    installed=$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null || true)
    for package in $wanted; do
        echo "$installed" | grep -qx "$package installed" || printf '%s ' "$package"
    done
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    fail 'this machine has no apt: the demo and the tests build images from the debian package set,' \
        'which asks apt what to fetch. Install Nix, podman, skopeo and Python 3.11 by hand, and in' \
        'projects of your own use the nixpkgs package set (docs/package-sets.md).'
fi

missing=$(missing_packages)
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null; then
        as_root=sudo
    else
        fail "neither root nor sudo: ask somebody to run: apt-get install $missing"
    fi
    echo "set-up: installing $missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get -qq update
    # shellcheck disable=SC2086 # a list of names
    $as_root apt-get -qq install --yes --no-install-recommends $missing >/dev/null
elif [ "$(id -u)" = 0 ] && ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then
    apt-get -qq update # locking asks apt what there is
fi

# Root builds without Nix's daemon; Nix then insists on build users unless it is told otherwise.
if [ "$(id -u)" = 0 ] && [ ! -e /etc/nix/nix.conf ] && ! getent group nixbld >/dev/null; then
    echo 'set-up: writing /etc/nix/nix.conf, so that root can build without the daemon' >&2
    mkdir -p /etc/nix
    printf '# Written by the set-up of nixgen.\nbuild-users-group =\n' >/etc/nix/nix.conf
fi

stamp=$venv/installed
if [ ! -e "$stamp" ] || [ -n "$(find pyproject.toml -newer "$stamp")" ]; then
    echo "set-up: installing nixgen into $venv" >&2
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --editable '.[dev]'
    touch "$stamp"
fi

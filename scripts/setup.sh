#!/bin/sh
# Install what nixgen needs: Debian's packages, a Nix store, and a virtual environment.
# Does nothing where everything is there, and asks for root at most once (scripts/setup-as-root.sh).
# Takes the folder of the virtual environment, and for what it is: demo, test, or rooms, which are the
# tests of tests/rooms/. Each needs what those before it need.
set -eu

venv=$1
purpose=${2:-test}

# Images, and containers of root and of others, on the networks of podman 4 and of podman 5.
wanted='podman runc skopeo conmon netavark iptables nftables slirp4netns passt fuse-overlayfs uidmap
python3-venv busybox-static'
# A registry, what pods begin with, a shell checker, ssh, what compresses layers.
for_tests='docker-registry catatonit openssh-client openssh-server openssl shellcheck git zstd'
# A second container engine, another Debian in a folder.
for_rooms='docker.io containerd debootstrap sudo'

case $purpose in
    demo) ;;
    test) wanted="$wanted $for_tests" ;;
    rooms) wanted="$wanted $for_tests $for_rooms" ;;
    *) echo "set-up: for what? demo, test or rooms, not $purpose" >&2 && exit 2 ;;
esac
command -v nix-build >/dev/null || wanted="nix-bin $wanted"

uid=$(id -u)
user=$(id -un 2>/dev/null) || user=$uid

fail() {
    printf 'set-up: %s\n' "$1" >&2
    shift
    [ $# = 0 ] || printf '  %s\n' "$@" >&2
    exit 2
}

missing_packages() {
    # shellcheck disable=SC2086 # a list of names
    installed=$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null || true)
    for package in $wanted; do
        echo "$installed" | grep -qx "$package installed" || printf '%s ' "$package"
    done
}

# Whether containers of this user can have more than one user inside.
has_subids() {
    [ "$uid" = 0 ] || { grep -q "^\($user\|$uid\):" /etc/subuid && grep -q "^\($user\|$uid\):" /etc/subgid; } 2>/dev/null
}

# Whether anything has been made where Nix has its store, or it is elsewhere.
has_store() {
    [ -n "${NIX_REMOTE:-}${NIX_STORE_DIR:-}" ] || [ -e /nix/var/nix ] || [ "$uid" = 0 ]
}

store_is_writable() {
    path=$(nix-store --add scripts/setup.sh 2>/dev/null) && [ -e "$path" ]
}

explain_store() {
    if [ -d /nix/var/nix/daemon-socket ] && [ ! -x /nix/var/nix/daemon-socket ]; then
        fail "the Nix store belongs to a daemon that serves the group nix-users, and $user is not in it" \
            "let root run: usermod --append --groups nix-users $user" \
            'then log in again'
    fi
    fail "the Nix store at /nix belongs to $(stat -c %U /nix), and no daemon serves it to $user" \
        'let root start nix-daemon (Debian with systemd: apt-get install nix-setup-systemd, and' \
        "usermod --append --groups nix-users $user), or set NIX_REMOTE where one runs elsewhere"
}

# The steps that need root, as words for setup-as-root.sh.
find_steps() {
    ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || printf 'lists '
    # Root builds without Nix's daemon; Nix then insists on build users unless it is told otherwise.
    if [ "$uid" = 0 ] && [ ! -e /etc/nix/nix.conf ] && ! getent group nixbld >/dev/null; then
        printf 'nix-conf '
    fi
    has_store || printf 'store:%s ' "$user"
    has_subids || printf 'subids:%s ' "$user"
    for package in $(missing_packages); do
        printf 'package:%s ' "$package"
    done
}

say_steps() {
    for step; do
        case $step in
            lists) echo '  fetch the lists of packages (apt-get update)' ;;
            nix-conf) echo '  write /etc/nix/nix.conf, so that root can build without the daemon' ;;
            store:*) echo "  make /nix, the Nix store, for ${step#store:}" ;;
            subids:*) echo "  give ${step#subids:} a range of uids for containers (/etc/subuid)" ;;
        esac
    done
    # shellcheck disable=SC2046 # a list of names
    set -- $(printf '%s\n' "$@" | sed -n 's/^package://p')
    [ $# = 0 ] || echo "  install $*"
}

run_as_root() {
    if [ "$uid" = 0 ]; then
        echo 'set-up: as root,' >&2
        say_steps "$@" >&2
        sh scripts/setup-as-root.sh "$@"
        return
    fi
    by_hand="sh scripts/setup-as-root.sh $*"
    command -v sudo >/dev/null || fail "$user is not root and has no sudo; let root run, in this folder:" "$by_hand"
    echo 'set-up: sudo asks for root, in order to' >&2
    say_steps "$@" >&2
    sudo sh scripts/setup-as-root.sh "$@" || fail 'root did not do it all; let root run, in this folder:' "$by_hand"
}

find_python() {
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    done
    fail "Python 3.11 or newer is needed, and python3 is $(python3 --version 2>&1)"
}

if [ "$uid" = 0 ] && [ "${SUDO_UID:-0}" != 0 ] && [ "$(stat -c %u .)" = "$SUDO_UID" ]; then
    fail "with sudo the files made here would be root's, not ${SUDO_USER:-}'s" \
        'run make without sudo: it asks for root by itself, where root is needed'
fi

if [ "$user" = "$uid" ]; then
    fail "no user has the id $uid here, so none can be given a store and containers" \
        "let root run: useradd --uid $uid --create-home NAME"
fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    fail 'this machine has no apt: the demo and the tests build images from the debian package set,' \
        'which asks apt what to fetch. Install Nix (2.8 or newer), podman, skopeo and Python (3.11 or' \
        'newer) by hand, and in projects of your own use the nixpkgs package set (docs/package-sets.md).'
fi

steps=$(find_steps)
# shellcheck disable=SC2086 # a list of words
[ -z "$steps" ] || run_as_root $steps

[ "$uid" = 0 ] || store_is_writable || explain_store

stamp=$venv/installed
if [ ! -e "$stamp" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    find_python
    "$python" -m venv --clear "$venv"
fi
if [ ! -e "$stamp" ] || [ -n "$(find pyproject.toml -newer "$stamp")" ]; then
    echo "set-up: installing nixgen into $venv" >&2
    "$venv/bin/python" -m pip install --quiet --editable '.[dev]'
    touch "$stamp"
fi

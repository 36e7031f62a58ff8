#!/bin/sh
# What the set-up needs root for. Takes steps: lists, nix-conf, store:USER, subids:USER, package:NAME.
# Starts no service of what it installs.
set -eu

policy=/usr/sbin/policy-rc.d
mark='# Written by the set-up of nixgen, for as long as it installs packages.'
log=$(mktemp)
clean_up() {
    rm -f "$log"
    if grep -qsx "$mark" "$policy"; then rm -f "$policy"; fi
}
trap clean_up EXIT
trap 'exit 130' HUP INT TERM
[ -e "$policy" ] || printf '#!/bin/sh\n%s\nexit 101\n' "$mark" | install -m 755 /dev/stdin "$policy"

export DEBIAN_FRONTEND=noninteractive

# Run apt-get, and show what it says if it fails.
apt() {
    apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null && return
    echo "set-up: apt-get $* failed:" >&2
    sed 's/^/  | /' "$log" >&2
    return 1
}

install_packages() {
    apt install --yes --no-install-recommends "$@" && return
    echo 'set-up: trying again with new lists of packages' >&2
    apt update || true
    apt install --yes --no-install-recommends "$@"
}

make_store() {
    group=$(id -g "$1")
    install -d -o "$1" -g "$group" -m 755 /nix /nix/store /nix/var /nix/var/nix
}

# The range after all that are given.
add_subids() {
    first=$(sort -t : -k 2n /etc/subuid /etc/subgid 2>/dev/null |
        awk -F : 'BEGIN { next_one = 100000 } $2 + $3 > next_one { next_one = $2 + $3 } END { print next_one }')
    last=$((first + 65535))
    usermod --add-subuids "$first-$last" --add-subgids "$first-$last" "$1"
}

packages=
for step; do
    case $step in
        lists) apt update || true ;; # whether it was enough, installing tells
        nix-conf)
            mkdir -p /etc/nix
            printf '# Written by the set-up of nixgen.\nbuild-users-group =\n' >/etc/nix/nix.conf
            ;;
        store:*) make_store "${step#*:}" ;;
        subids:*) add_subids "${step#*:}" ;;
        package:*) packages="$packages ${step#*:}" ;;
        *) echo "set-up: no such step: $step" >&2 && exit 2 ;;
    esac
done
# shellcheck disable=SC2086 # a list of names
[ -z "$packages" ] || install_packages $packages

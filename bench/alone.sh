#!/bin/sh
# Run a command with a Nix store of its own, which is in the folder $1 and begins with the store
# paths that `nix-store --export` wrote to the file $2; none of these is ever collected.
set -eu

store=$1
paths=$2
shift 2

mkdir -p "$store/store" "$store/var/nix"
mount --bind "$store" /nix
export NIX_REMOTE=local
mkdir -p /nix/var/nix/gcroots/given
nix-store --import <"$paths" | while read -r path; do
  ln -s "$path" /nix/var/nix/gcroots/given
done
exec "$@"

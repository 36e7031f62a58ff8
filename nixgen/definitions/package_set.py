"""Package sets: where the programs in images come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from nixgen.definitions.arguments import (
    argument,
    arguments_of,
    by_table,
    check_arguments,
    rules_of,
)
from nixgen.definitions.kinds import Architecture, Archive, ListOf
from nixgen.definitions.validation import Text, location_field
from nixgen.errors import Location

ARCHIVES = tuple(rules_of("debianPackageSet")["mirrors"]["map"]["names"]["enum"])
"""Debian's own archives."""


@frozen(kw_only=True, field_transformer=by_table("debianPackageSet"))
class DebianPackageSet:
    """Programs from Debian's packages, fetched by Nix from the lock of `nixgen packages lock`.

    `packages` names the Debian packages wanted beside those that nixgen needs itself; each is then
    `pkgs.<name>`, or `pkgs["<name>"]` where the name is no identifier of Python.

    `suite` is the codename of the Debian release that they are locked from, such as "trixie". Else
    it is that of the lock that there is, or of the machine that makes the first, with all sources
    of its apt. `architectures` are those that the lock has packages for, "amd64" and "arm64". Else
    they are those of the lock that there is, and the machine's.

    `mirrors` are tried before those of the machine: lists of addresses by the archive that they are
    of, "debian" or "debian-security"; no result depends on them. `uids` pins the numbers of users
    that packages make, which volumes outlive: `{"redis": 110}`; the group of the same name has the
    same number.

    `gem_sources` are addresses of indexes that fluentd's gems are fetched from, tried before those
    of the machine.
    """

    packages: ListOf[str] = argument()
    """Debian packages beside those that nixgen needs itself; each is `pkgs.<name>`."""
    suite: str | None = argument()
    """The release that packages are locked from; that of the lock that there is, or of the machine,
    unless set.
    """
    architectures: ListOf[Architecture] = argument()
    """What the lock has packages for; those of the lock that there is and the machine's unless set.
    """
    mirrors: Mapping[Archive, ListOf[str]] = argument()
    """Addresses that are tried before those of the machine, by the archive that they are of."""
    uids: Mapping[str, int] = argument()
    """The numbers of users that packages make; the group of the same name has the same."""
    gem_sources: ListOf[str] = argument()
    """Indexes of gems that are tried before those of the machine, for fluentd and its plugins."""
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: a package set belongs to no image."""
        return {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("debianPackageSet"))


@frozen(kw_only=True, field_transformer=by_table("nixpkgsPackageSet"))
class NixpkgsPackageSet:
    """nixpkgs, at the revision that the project's flake.lock pins, else at nixgen's own.

    `overlays` are files of the project such as "overlays/ruby.nix", or Nix expressions; `config`
    is nixpkgs' own configuration, such as `{"allowUnfree": True}`.
    """

    overlays: ListOf[Text] = argument()
    """Files of the project such as `overlays/ruby.nix`, or Nix expressions."""
    config: Mapping[str, Any] = argument()
    """Nixpkgs' own configuration, such as `{"allowUnfree": True}`."""
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: a package set belongs to no image."""
        return {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("nixpkgsPackageSet"))

"""Package sets: where the programs in images come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from attrs import field, frozen

from nixgen import names
from nixgen.definitions.validation import (
    Text,
    Unmet,
    check,
    each,
    expression,
    frozen_value,
    location_field,
    matching,
    nix_value,
)
from nixgen.errors import Location

ARCHIVES = ("debian", "debian-security")
"""Debian's own archives."""

_ARCHITECTURES = ("amd64", "arm64")


def _overlay(value: object) -> str | None:
    path = PurePosixPath(value) if isinstance(value, str) else PurePosixPath("/")
    if path.suffix == ".nix" and not path.is_absolute() and ".." not in path.parts:
        return None
    named = expression(value) is None
    return None if named else "a .nix file of the project by its path in there, or nix(...)"


def _settings(value: object) -> Unmet | None:
    return nix_value(value) if isinstance(value, Mapping) else "a dict of nixpkgs' settings"


def _architecture(value: object) -> str | None:
    return None if value in _ARCHITECTURES else " or ".join(_ARCHITECTURES)


def _mirrors(value: object) -> Unmet | None:
    expected = f"a dict of lists of http or https addresses, by {' or '.join(ARCHIVES)}"
    if not isinstance(value, Mapping) or not set(value) <= set(ARCHIVES):
        return expected
    if not all(isinstance(given, tuple) for given in value.values()):
        return expected
    addresses = [each for given in value.values() for each in given]
    return None if all(map(names.is_mirror, addresses)) else expected


def _uids(value: object) -> Unmet | None:
    expected = "a dict of uids from 1 to 65533 by the user's name"
    if not isinstance(value, Mapping):
        return expected
    return None if all(map(names.is_uid_of_user, value, value.values())) else expected


@frozen(kw_only=True)
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
    """

    packages: Sequence[str] = field(
        default=(),
        converter=frozen_value,
        validator=each(matching(names.unmet_debian_package_rule)),
    )
    suite: str | None = field(default=None, validator=check(matching(names.unmet_suite_rule)))
    architectures: Sequence[str] = field(
        default=(), converter=frozen_value, validator=each(_architecture)
    )
    mirrors: Mapping[str, Sequence[str]] = field(
        factory=dict, converter=frozen_value, validator=check(_mirrors)
    )
    uids: Mapping[str, int] = field(factory=dict, converter=frozen_value, validator=check(_uids))
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: a package set belongs to no image."""
        return {}


@frozen(kw_only=True)
class NixpkgsPackageSet:
    """nixpkgs, at the revision that the project's flake.lock pins, else at nixgen's own.

    `overlays` are files of the project such as "overlays/ruby.nix", or Nix expressions; `config`
    is nixpkgs' own configuration, such as `{"allowUnfree": True}`.
    """

    overlays: Sequence[Text] = field(default=(), converter=frozen_value, validator=each(_overlay))
    config: Mapping[str, Any] = field(
        factory=dict, converter=frozen_value, validator=check(_settings)
    )
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: a package set belongs to no image."""
        return {}

"""Package sets: where the programs in images come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from nixgen.definitions.arguments import argument, arguments_of, by_table, check_arguments
from nixgen.definitions.validation import Text, location_field
from nixgen.errors import Location


@frozen(kw_only=True, field_transformer=by_table("debianPackageSet"))
class DebianPackageSet:
    """Programs from Debian's packages, fetched by Nix from the lock of `nixgen packages lock`.

    `packages` names the Debian packages wanted beside those that nixgen needs itself; each is then
    `pkgs.<name>`, or `pkgs["<name>"]` where the name is no identifier of Python.
    """

    packages: Sequence[str] = argument()
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

    overlays: Sequence[Text] = argument()
    config: Mapping[str, Any] = argument()
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: a package set belongs to no image."""
        return {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("nixpkgsPackageSet"))

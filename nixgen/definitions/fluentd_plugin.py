"""Gems that a project's fluentd has besides its own: plugins, and what they need."""

from __future__ import annotations

from attrs import field, frozen

from nixgen.definitions.arguments import arguments_of, by_table, check_arguments
from nixgen.definitions.validation import location_field
from nixgen.errors import Location


@frozen(kw_only=True, field_transformer=by_table("fluentdPlugin"))
class FluentdPlugin:
    """A gem of Ruby alone, by the hash of its file `NAME-VERSION.gem`.

    A plugin, or a gem that a plugin needs: gems bring no others along. `hash` is the SHA-256 in
    base64 as Nix writes it, `sha256-...=`.

    Raises DefinitionError when a value is wrong.
    """

    name: str = field()
    """The gem's name."""
    version: str = field()
    """The gem's version."""
    hash: str = field()
    """The hash of the file NAME-VERSION.gem, as Nix writes it: `sha256-`, and base64."""
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: a plugin belongs to no image."""
        return {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("fluentdPlugin"))

"""The t-strings of Python 3.14 (string.templatelib), seen through what they offer.

Earlier Pythons lack the module, so nothing is imported from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable


class Interpolation(Protocol):
    """What stands between braces."""

    @property
    def value(self) -> object:
        """The value."""

    @property
    def conversion(self) -> str | None:
        """The letter after `!`, if there is one."""

    @property
    def format_spec(self) -> str:
        """What stands after `:`."""


@runtime_checkable
class TemplateString(Protocol):
    """A t-string."""

    @property
    def strings(self) -> tuple[str, ...]:
        """The constant texts, one more than there are interpolations."""

    @property
    def interpolations(self) -> tuple[Interpolation, ...]:
        """What stands between the constant texts."""


_CONVERSIONS: Final[dict[str | None, Callable[[object], object]]] = {
    None: lambda value: value,
    "a": ascii,
    "r": repr,
    "s": str,
}


def to_string(template: TemplateString) -> str:
    """Return what an f-string with the same content gives."""
    first, *rest = template.strings
    return first + "".join(
        format(_CONVERSIONS[hole.conversion](hole.value), hole.format_spec) + text
        for hole, text in zip(template.interpolations, rest, strict=True)
    )

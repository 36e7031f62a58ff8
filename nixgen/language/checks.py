"""What Nix can hold and name; anything else is refused with a DefinitionError."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from nixgen.errors import DefinitionError, Problem
from nixgen.language.lost_marks import is_lost
from nixgen.language.marks import RESERVED, describe, without_marks

KEYWORDS: Final = frozenset(
    {"assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"}
)
"""The words that are no identifiers (Nix 2.8, src/libexpr/lexer.l)."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNHOLDABLE = re.compile(f"[\ud800-\udfff{RESERVED}]")


@lru_cache(maxsize=1024)  # definitions say the same few names again and again
def is_identifier(name: str) -> bool:
    """Tell whether Nix reads the name as an identifier, so that it needs no quotes."""
    return bool(_IDENTIFIER.fullmatch(name)) and name not in KEYWORDS


def refusal(expected: str, given: object, *, remedy: str | None = None) -> DefinitionError:
    """Return the error; the path of the value is added on its way out."""
    return DefinitionError(
        Problem(field="", expected=expected, given=describe(given), remedy=remedy)
    )


def identifier(name: str) -> str:
    """Return the name; refuse what is not an identifier."""
    if not isinstance(name, str) or not is_identifier(name):
        raise refusal("a Nix identifier", name)
    return name


def attribute_name(name: object) -> str:
    """Return the name; refuse what Nix cannot hold as the name of an attribute."""
    if not isinstance(name, str):
        raise refusal("a string as attribute name", name)
    return text(name)


def attribute_path(names: Iterable[object]) -> tuple[str, ...]:
    """Return the names; refuse none at all."""
    path = tuple(map(attribute_name, names))
    if not path:
        raise refusal("an attribute path of one name or more", path)
    return path


def is_plain(value: str) -> bool:
    """Tell whether a Nix string can hold the text as it is, with nothing formatted into it."""
    return (
        "\0" not in value
        and (value.isascii() or not _UNHOLDABLE.search(value))
        and not is_lost(value)
    )


def is_holdable(value: str) -> bool:
    """Tell whether a Nix string can hold the text, with what is formatted into it."""
    return is_plain(value) or is_plain(without_marks(value))


def text(value: str) -> str:
    """Return the text as a plain `str`; refuse what a Nix string cannot hold."""
    if not is_plain(value):
        raise _refusal_of_text(value)
    return str.__str__(value)


def _refusal_of_text(value: str) -> DefinitionError:
    if "\0" in value:
        return refusal("text without the NUL character, which Nix cannot hold", value)
    if _SURROGATE.search(value):
        return refusal("text that UTF-8 can encode, without lone surrogates", value)
    if not _UNHOLDABLE.search(value):
        return refusal(
            "text that was not encoded, or changed, after a Nix expression was formatted into it",
            value,
            remedy="Only a build knows the store path: encode the rest, and put the path in after.",
        )
    return refusal(
        "text without U+10FFE0 to U+10FFFD, which mark what is formatted into a string",
        value,
        remedy="A Nix expression cannot stand here, and marked text must stay in one piece.",
    )

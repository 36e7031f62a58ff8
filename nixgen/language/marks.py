"""Marks: how an expression travels inside a Python string.

Formatting an expression into an f-string leaves a mark: a key between two characters of
Unicode's last private-use plane. Splitting the string gives the expression back. The key is a
digest of the expression's content, so equal expressions have equal marks in every run, and it
consists of lower-case hexadecimal digits, so quoting for a shell does not change it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import lru_cache
from hashlib import sha256

MARK_START = "\U0010fffc"
MARK_END = "\U0010fffd"
RESERVED = MARK_START + MARK_END

_MARK = re.compile(f"{MARK_START}([0-9a-f]{{32}}){MARK_END}")
_MARK_IN_REPR = re.compile(
    _MARK.pattern.replace(MARK_START, r"\\U0010fffc").replace(MARK_END, r"\\U0010fffd")
)

_marked: dict[str, object] = {}


def mark(value: object, content: Hashable) -> str:
    """Return the mark of the value, whose `repr` is its name in messages.

    `content`, and the `repr` of it, is equal for equal values and only for them.
    """
    key = _key(content)
    _marked[key] = value
    return f"{MARK_START}{key}{MARK_END}"


@lru_cache(maxsize=4096)  # definitions name the same packages again and again
def _key(content: Hashable) -> str:
    return sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def split_marks(text: str) -> list[object]:
    """Return the strings and the marked values that the text consists of, in their order.

    What does not come from `mark` stays in the strings, reserved characters included.
    """
    if MARK_START not in text:
        return [text]
    first, *rest = _MARK.split(text)  # the keys of marks, and the texts between them
    parts: list[object] = []
    for key, following in zip(rest[::2], rest[1::2], strict=True):
        if key in _marked:
            parts += [first, _marked[key]]
            first = following
        else:
            first += f"{MARK_START}{key}{MARK_END}{following}"
    return [*parts, first]


def without_marks(text: str) -> str:
    """Return the text without what comes from `mark`."""
    return _MARK.sub(lambda match: "" if match[1] in _marked else match[0], text)


def begins_with_mark(text: str) -> bool:
    """Tell whether the text begins with something that comes from `mark`."""
    match = _MARK.match(text)
    return match is not None and match[1] in _marked


def describe(value: object) -> str:
    """Return the value as a Python literal for a message, with marks as `{pkgs.x}`."""
    try:
        literal = repr(value)
    except (ValueError, RecursionError):  # an integer of more digits than Python writes
        return f"<{type(value).__name__}>"
    return _MARK_IN_REPR.sub(
        lambda match: f"{{{_marked[match[1]]!r}}}" if match[1] in _marked else match[0], literal
    )

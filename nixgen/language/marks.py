"""Marks: how an expression travels inside a Python string.

Formatting an expression into an f-string leaves a mark; splitting the string gives the expression
back. A mark is made of private-use characters of Unicode's last plane, a start, the digits of a
key and an end, so that a piece of it, however short, is known for one. The two letters behind the
start, of either case, show that the text was changed in case. The key is a digest of the
expression's content: equal expressions have equal marks in every run.

What is a store path has a mark that looks like one, so that functions for paths, such as
os.path.join, do with it what they do with a store path.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import lru_cache
from hashlib import sha256

from nixgen.language.mark_escapes import without_escapes

STORE = "/nix/store/"
_ZERO = 0x10FFE0
MARK_START = "\U0010fffc"
MARK_LETTERS = "Nx"
_MARK_END = "\U0010fffd"
NAME_END = _MARK_END
"""Ends the `repr` of a name: text that is made with it, such as f"{[pkgs.x]}", is refused."""
_DIGITS = "".join(chr(_ZERO + digit) for digit in range(16))
_TO_DIGITS = str.maketrans("0123456789abcdef", _DIGITS)
RESERVED = MARK_START + _MARK_END + _DIGITS

_MARK = re.compile(f"{MARK_START}{MARK_LETTERS}([{_DIGITS}]{{24}}){_MARK_END}")

_PIECE = re.compile(rf"(?:\\U0010ff[ef][0-9a-f](?:{MARK_LETTERS})?){{4,}}", re.IGNORECASE)

_marked: dict[str, tuple[object, str]] = {}
"""By key: the value, and what its mark begins with."""


def mark(value: object, content: Hashable, *, store_path: bool = False) -> str:
    """Return the mark of the value, whose `repr` is its name in messages.

    `content`, and the `repr` of it, is equal for equal values and only for them.
    """
    before = STORE if store_path else ""
    key = _key((before, content))
    _marked[key] = value, before
    return f"{before}{MARK_START}{MARK_LETTERS}{key}{_MARK_END}"


@lru_cache(maxsize=4096)  # definitions name the same packages again and again
def _key(content: Hashable) -> str:
    digest = sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest()
    return digest[:24].translate(_TO_DIGITS)


def split_marks(text: str) -> list[object]:
    """Return the strings and the marked values that the text consists of, in their order.

    A mark that JSON, YAML or `repr` has escaped is read as well: a store path needs no escapes.
    What does not come from `mark` stays in the strings, reserved characters included.
    """
    text = without_escapes(text)
    if MARK_START not in text:
        return [text]
    first, *rest = _MARK.split(text)  # the keys of marks, and the texts between them
    parts: list[object] = []
    for key, following in zip(rest[::2], rest[1::2], strict=True):
        value, before = _marked.get(key, (None, None))
        if before is not None and first.endswith(before):
            parts += [first.removesuffix(before), value]
            first = following
        else:
            first += f"{MARK_START}{MARK_LETTERS}{key}{_MARK_END}{following}"
    return [*parts, first]


def without_marks(text: str) -> str:
    """Return the text without what comes from `mark`."""
    return "".join(split_marks(text)[::2])  # type: ignore[arg-type]  # every other part is a text


def describe(value: object) -> str:
    """Return the value as a Python literal for a message, with marks as `{pkgs.x}`.

    Of a mark that was damaged three dots are left.
    """
    try:
        literal = repr(value)
    except (ValueError, RecursionError):  # an integer of more digits than Python writes
        return f"<{type(value).__name__}>"
    shown, *rest = split_marks(literal)
    for marked, following in zip(rest[::2], rest[1::2], strict=True):
        shown = f"{shown}{{{marked!r}}}{following}"
    return _PIECE.sub("...", str(shown)).replace(NAME_END, "")

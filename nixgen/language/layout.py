"""Arrange lines of Nix after RFC 166: two spaces a step, a line for what does not fit on one.

A text begins in column 0, and whoever places it indents it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

INDENT: Final = "  "

SHORT: Final = 80
"""The longest text, in characters, that is put on one line by choice."""

_LINE_AT_MARGIN: Final = re.compile(r"\n[^ \n]")


def indent(text: str) -> str:
    """Return the text with each line that is not empty moved right by one step."""
    if "\n\n" in f"\n{text}\n":
        return "\n".join([line and INDENT + line for line in text.split("\n")])
    return INDENT + text.replace("\n", f"\n{INDENT}")  # no line is empty


def enclose(opening: str, text: str, closing: str) -> str:
    """Return the text between brackets, on lines of its own unless it hugs."""
    if hugs(text):
        return f"{opening}{text}{closing}"
    return f"{opening}\n{indent(text)}\n{closing}"


def hugs(text: str) -> bool:
    """Tell whether the text may begin and end on lines that it shares with what surrounds it.

    So may a single line, and what opens a bracket at the end of its first line and closes it at
    the beginning of its last.
    """
    if "\n" not in text:
        return True
    before, _, last = text.rpartition("\n")
    first, _, _ = before.partition("\n")
    closed = last[0] in "}])" or (first.endswith("''") and last.endswith("''"))
    return first.endswith(("{", "[", "(", "''")) and closed and not _LINE_AT_MARGIN.search(before)


def fits_one_line(words: Sequence[str]) -> bool:
    """Tell whether the words, with blanks between them, are short enough for one line."""
    line = " ".join(words)
    return len(line) < SHORT and "\n" not in line


def bracket(opening: str, lines: Sequence[str], closing: str, *, one_line: bool = True) -> str:
    """Return the lines between brackets, on one line if that is allowed and they fit."""
    words = [opening, *lines, closing]
    if one_line and fits_one_line(words):
        return " ".join(words)
    return "\n".join([opening, indent("\n".join(lines)), closing])

"""Marks whose characters were escaped one by one, by JSON, YAML, `repr` or XML.

A store path needs no escapes: such a mark is as good as a plain one.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

_LAST_256: Final = 0x10FF00
"""The characters of marks are among the 256 from here."""

_FOLD = r"(?:\\\n[ \t]*)?"  # PyYAML ends a line behind any escape


@frozen
class _Escape:
    """One way to write a character of a mark: `before`, some digits, `after`."""

    before: str
    digits: str
    after: str = ""
    base: int = 16
    offset: int = _LAST_256

    def whole_mark(self) -> re.Pattern[str]:
        """Return what finds a mark of such characters: a start, two letters, 24 digits, an end."""
        first = f"{self.before}{self.digits}{self.after}"
        other = first.replace(r"(?P<run>\\+)", "(?P=run)")
        return re.compile(f"{first}{_FOLD}N{_FOLD}x(?:{_FOLD}{other}){{25}}")

    def character(self) -> re.Pattern[str]:
        """Return what finds one character, its digits in the last group."""
        before = self.before.replace("(?P=run)", r"\\+")
        return re.compile(f"{_FOLD}{before}({self.digits}){self.after}")

    def read(self, found: re.Match[str]) -> str:
        """Return the character."""
        return chr(self.offset + int(found[found.lastindex or 0], self.base))


_ESCAPES: Final = (
    _Escape(r"(?P<run>\\+)u[dD][bB][fF][fF](?P=run)u[dD][fF]", "[0-9a-fA-F]{2}"),
    _Escape(r"(?P<run>\\+)U0010[fF][fF]", "[0-9a-fA-F]{2}"),
    _Escape(r"&#[xX]10[fF][fF]", "[0-9a-fA-F]{2}", ";"),
    _Escape("&#1114", "[0-9]{3}", ";", base=10, offset=1114000),
)
_READERS: Final = [(escape.whole_mark(), escape.character(), escape) for escape in _ESCAPES]


def without_escapes(text: str) -> str:
    """Return the text with every mark that was escaped as it was before."""
    if "\\" not in text and "&#" not in text:
        return text
    for whole_mark, character, escape in _READERS:
        text = whole_mark.sub(
            lambda found, character=character, escape=escape: re.sub(  # type: ignore[misc]
                _FOLD, "", character.sub(escape.read, found[0])
            ),
            text,
        )
    return text

"""How text reaches the user: what the streams can hold and what a terminal can show."""

from __future__ import annotations

import io
import os
import re
import sys
import unicodedata
from collections.abc import Callable
from typing import TextIO, cast

from nixgen.redaction import redact

CLEAR_LINE = "\r\x1b[K"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_WIDTH_ELSEWHERE = 80


class Writer(io.TextIOBase):
    """A stream for any text: what its encoding cannot hold is written in escapes.

    `change` is made to each text before. Without an encoding and a buffer of its own, click writes
    to it as it is; for ASCII it would take UTF-8 instead.
    """

    def __init__(self, stream: TextIO, change: Callable[[str], str]) -> None:
        self._stream = stream
        self._change = change

    def write(self, text: str) -> int:
        """Write the text; return its length."""
        encoding = self._stream.encoding or "ascii"
        encoded = self._change(text).encode(encoding, "backslashreplace")
        self._stream.write(encoded.decode(encoding))
        return len(text)

    def writable(self) -> bool:
        """Tell that text can be written."""
        return True

    def flush(self) -> None:
        """Hand on what was written."""
        self._stream.flush()

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """Tell whether a terminal shows the text."""
        return self._stream.isatty()

    def close(self) -> None:
        """Close the stream behind."""
        self._stream.close()


def prepare_streams() -> None:
    """Let both streams take any text; messages, on standard error, hold no secret."""
    if sys.stdout is not None:
        sys.stdout = cast(TextIO, Writer(sys.stdout, lambda text: text))
    if sys.stderr is not None:
        sys.stderr = cast(TextIO, Writer(sys.stderr, redact))


def moves_cursor() -> bool:
    """Tell whether standard error is a terminal on which a line can be written over."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}


def has_colors() -> bool:
    """Tell whether messages may be coloured: on a terminal, unless NO_COLOR holds something.

    Source: https://no-color.org
    """
    return moves_cursor() and not os.environ.get("NO_COLOR")


def fitted(text: str) -> str:
    """Return as much of the text as one line of the terminal holds, a column less."""
    room = _columns() - 1
    for at, character in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(character) in "FW" else 1
        if room < 0:
            return text[:at]
    return text


def _columns() -> int:
    """Return the width of the terminal behind standard error, COLUMNS first."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _WIDTH_ELSEWHERE
    except OSError:
        return _WIDTH_ELSEWHERE


def without_controls(text: str) -> str:
    """Return the text with escapes in place of characters that a terminal would obey."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)

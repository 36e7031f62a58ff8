"""How text reaches the user: what the streams can hold and what a terminal can show."""

from __future__ import annotations

import io
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO, cast

from nixgen.redaction import redact

CLEAR_LINE = "\r\x1b[K"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_WIDTH_ELSEWHERE = 80
_STANDARD_ERROR = 2


class Writer(io.TextIOBase):
    """A stream for any text: what its encoding cannot hold is written in escapes.

    `change` is made to each text before. Where the text cannot be written OSError names the file
    behind the stream, unless the text `may_be_lost`. Without an encoding and a buffer of its own,
    click writes to it as it is; for ASCII it would take UTF-8 instead.
    """

    def __init__(
        self, stream: TextIO, change: Callable[[str], str], *, may_be_lost: bool = False
    ) -> None:
        self._stream = stream
        self._change = change
        self._may_be_lost = may_be_lost

    def write(self, text: str | bytes) -> int:
        """Write the text, which click's completion gives as bytes of UTF-8; return its length."""
        if isinstance(text, bytes):
            return self.write(text.decode(errors="backslashreplace"))
        encoding = self._stream.encoding or "ascii"
        encoded = self._change(text).encode(encoding, "backslashreplace")
        if text:  # click tries with none whether it can write, and hears of no failure
            with self._failures():
                self._stream.write(encoded.decode(encoding))
        return len(text)

    def writable(self) -> bool:
        """Tell that text can be written."""
        return True

    def flush(self) -> None:
        """Hand on what was written."""
        with self._failures():
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

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """After a failure let all that was and will be written go nowhere."""
        try:
            yield
        except OSError as error:
            name = _file_behind(self.fileno())
            _lead_nowhere(self.fileno())
            if not self._may_be_lost:
                raise OSError(error.errno, error.strerror, name) from None


def _file_behind(descriptor: int) -> str:
    file = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 (it may be no path)
    return file if file.startswith("/") else "standard output"


def _lead_nowhere(descriptor: int) -> None:
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 (it is no file)
        os.dup2(nowhere.fileno(), descriptor)


def prepare_streams() -> None:
    """Let both streams take any text; messages, on standard error, hold no secret.

    Closed ones lead nowhere: no file that is opened later takes their place.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        pass
    os.close(descriptor)
    stdout, stderr = (
        stream or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 (until the end)
        for stream in (sys.stdout, sys.stderr)
    )
    sys.stdout = cast(TextIO, Writer(stdout, lambda text: text))
    sys.stderr = cast(TextIO, Writer(stderr, redact, may_be_lost=True))


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

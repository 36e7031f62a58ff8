"""Marks in texts that were encoded, so that only a build could have encoded them.

What base64, say, makes of a text depends on the store path in it, which a build alone knows. The
encodings that people use in configuration are undone here, one in another as well, to see whether
there is a mark below.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

_DEEPEST: Final = 4
_SHORTEST_WORD: Final = 40
"""An encoded mark has more than 100 characters; the lines that it is folded to may be shorter."""

_MARKED: Final = re.compile("[\U0010ffe0-\U0010fffd]")
_MARKED_BYTES: Final = {  # two characters, since any four bytes occur in large data
    b"\xf4\x8f\xbf": re.compile(rb"(?:\xf4\x8f\xbf[\xa0-\xbd](?:Nx)?){2}"),
    b"\xff\xdb": re.compile(rb"(?:\xff\xdb[\xe0-\xfd]\xdf(?:N\0x\0)?){2}"),
    b"\xdb\xff": re.compile(rb"(?:\xdb\xff\xdf[\xe0-\xfd](?:\0N\0x)?){2}"),
}
_ENCODED: Final = re.compile(rf"[A-Za-z0-9+/_=%&#;\\\x80-\xff-]{{{_SHORTEST_WORD}}}")
_IN_LATIN_1: Final = "\xf4\x8f\xbf"
_HEX = "[0-9a-fA-F]"
_ESCAPE: Final = re.compile(
    rf"\\+(?:[xX]({_HEX}{{2}})|U00((?:0{_HEX}|10){_HEX}{{4}})|[uU]({_HEX}{{4}}))"
)
_LINE_END: Final = re.compile(r"(?:\n|\\+n) *")  # JSON and others escape it
_OCTAL: Final = re.compile(r"\\+([0-3][0-7]{2})")


def is_lost(text: str) -> bool:
    """Tell whether the text holds a mark, or a piece of one, in an encoding."""
    return _may_be_encoded(text) and _hides_mark(text)


def _may_be_encoded(text: str) -> bool:
    if len(text) < _SHORTEST_WORD:
        return False
    if max(map(len, text.split()), default=0) >= _SHORTEST_WORD and _ENCODED.search(text):
        return True
    return _IN_LATIN_1 in text


@lru_cache(maxsize=256)  # definitions say the same digests, addresses and paths again and again
def _hides_mark(text: str, depth: int = _DEEPEST) -> bool:
    return any(
        _MARKED.search(decoded) or _is_below(decoded, depth)
        for decoded in dict.fromkeys(_characters(text))
        if decoded != text
    ) or any(_is_marked(data) or _is_below(_to_text(data), depth) for data in _bytes(text))


def _is_below(text: str, depth: int) -> bool:
    return depth > 1 and _may_be_encoded(text) and _hides_mark(text, depth - 1)


def _is_marked(data: bytes) -> bool:
    return any(first in data and whole.search(data) for first, whole in _MARKED_BYTES.items())


def _characters(text: str) -> Iterator[str]:
    """Yield the text without the encodings that leave most characters what they are."""
    if "&" in text:
        yield html.unescape(text)
    if "%" in text:
        yield unquote(text)
    if "=F4=8F" in text:
        yield unquote(text.replace("=\n", "").replace("=", "%"))  # quoted-printable
    if "\\" in text:
        yield _joined(_ESCAPE.sub(lambda found: chr(int(found[found.lastindex or 0], 16)), text))
        yield _OCTAL.sub(lambda found: chr(int(found[1], 8)), text)
    if not text.isascii():
        yield text.encode("latin-1", "ignore").decode("utf-8", "ignore")


def _joined(text: str) -> str:
    """Return the text with the characters that two surrogates stand for."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _bytes(text: str) -> Iterator[bytes]:
    """Yield what long runs of an encoding's alphabet decode to."""
    for run, group, decode in _RUNS:
        for found in run.finditer(text):
            digits = "".join(_LINE_END.split(found[0]))
            for start in range(group):
                whole = (len(digits) - start) // group * group
                yield decode(digits[start : start + whole])


def _to_text(data: bytes) -> str:
    """Return the bytes as text; an empty one for what is none, as in a wrong grouping of digits."""
    data = data.replace(b"\0", b"")  # ASCII in UTF-16
    text = data.decode("utf-8", "ignore")
    return text if len(text.encode()) > 0.9 * len(data) else ""


def _from_base64(digits: str) -> bytes:
    return base64.b64decode(digits.replace("-", "+").replace("_", "/"))


def _run(alphabet: str) -> re.Pattern[str]:
    return re.compile(rf"[{alphabet}]{{{_SHORTEST_WORD},}}(?:(?:\n|\\+n) *[{alphabet}]+)*")


_RUNS: Final[tuple[tuple[re.Pattern[str], int, Callable[[str], bytes]], ...]] = (
    (_run("A-Za-z0-9+/_-"), 4, _from_base64),
    (_run("A-Z2-7"), 8, base64.b32decode),
    (_run("0-9A-Fa-f"), 2, binascii.unhexlify),
)

"""Quote text as Nix strings: `"..."` on one line, `''...''` also over several.

Source of the rules: the lexer of Nix 2.8 (src/libexpr/lexer.l) and, for the indentation,
`stripIndentation` of its parser (src/libexpr/parser.y). Neither kind of string lets `$${` begin
an interpolation, so a dollar before an interpolation is escaped like one before a brace.

A string is given as its parts: texts, which are data, and expressions to be interpolated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import add

from nixgen.language import Expression
from nixgen.language.layout import indent

Parts = Sequence[str | Expression]
Interpolate = Callable[[Expression], str]

# Stands for an interpolation while the text around it is escaped. No text can hold it.
_HOLE = "\U0010fffd"

# The backslash comes first, since the others bring new ones.
_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "${": "\\${",
    f"${_HOLE}": f"\\${_HOLE}",
}

# What a text must have to be written otherwise than it is.
_SPECIAL = re.compile(r'[\\"\n\r\t]|\$\{')

# A lone quote is special where a quote follows it in what is written: of an escape or the end.
_INDENTED_SPECIAL = re.compile(rf"''|'(?=\$[{{{_HOLE}]|\r|\Z)|\$(?=[{{{_HOLE}])|\r")
_INDENTED_ESCAPES = {"''": "'''", "'": "''\\'", "$": "''$", "\r": "''\\r"}


def quote_name(name: str) -> str:
    """Return an attribute name in Nix syntax."""
    return f'"{_escape(name)}"'


def quote(parts: Parts, interpolate: Interpolate) -> str:
    """Return the string in Nix syntax; `interpolate` makes `${...}` of an expression.

    Texts of several lines, and texts with backslashes, such as regexps, become indented strings
    wherever these are exact.
    """
    if len(parts) == 1 and isinstance(parts[0], str) and not _SPECIAL.search(parts[0]):
        return f'"{parts[0]}"'
    outline = ""
    interpolations = []
    for part in parts:
        if isinstance(part, str):
            outline += part
        else:
            outline += _HOLE
            interpolations.append(interpolate(part))
    if not _reads_better_indented(outline) or not _survives_indentation(outline):
        return f'"{_fill(_escape(outline), interpolations)}"'
    body = _fill(_escape_indented(outline), interpolations)
    return f"''\n{indent(body)}''" if "\n" in outline else f"''{body}''"


def _fill(text: str, interpolations: Sequence[str]) -> str:
    """Return the text with the interpolations in its holes."""
    first, *texts = text.split(_HOLE)
    return first + "".join(map(add, interpolations, texts))


def _escape(text: str) -> str:
    for special, escape in _ESCAPES.items():
        text = text.replace(special, escape)
    return text


def _escape_indented(text: str) -> str:
    return _INDENTED_SPECIAL.sub(lambda match: _INDENTED_ESCAPES[match[0]], text)


def _reads_better_indented(outline: str) -> bool:
    return "\n" in outline or "\\" in outline


def _survives_indentation(outline: str) -> bool:
    """Tell whether Nix, removing indentation, removes no more than was added.

    It removes the blanks that all lines begin with, lines without anything else apart, and a
    last line of blanks.
    """
    *_, last = lines = outline.split("\n")
    begins_at_margin = any(line and not line.startswith(" ") for line in lines)
    return begins_at_margin and (not last or not last.isspace())

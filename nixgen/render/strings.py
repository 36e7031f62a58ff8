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

from nixgen.expression import Expression
from nixgen.render.layout import indent

Parts = Sequence[str | Expression]
Interpolate = Callable[[Expression], str]

# Stands for an interpolation while the text around it is escaped. No text can hold it.
_HOLE = "\U0010fffd"

_SPECIAL = re.compile(rf'[\\"\n\r\t]|\$(?=[{{{_HOLE}])')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "$": "\\$", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

# A lone quote is special where a quote follows it in what is written: of an escape or the end.
_INDENTED_SPECIAL = re.compile(rf"''|'(?=\$[{{{_HOLE}]|\r|\Z)|\$(?=[{{{_HOLE}])|\r")
_INDENTED_ESCAPES = {"''": "'''", "'": "''\\'", "$": "''$", "\r": "''\\r"}


def quote_name(name: str) -> str:
    """Return an attribute name in Nix syntax."""
    return f'"{_escape(name, _SPECIAL, _ESCAPES)}"'


def quote(parts: Parts, interpolate: Interpolate) -> str:
    """Return the string in Nix syntax; `interpolate` makes `${...}` of an expression.

    Texts of several lines, and texts with backslashes, such as regexps, become indented strings
    wherever these are exact.
    """
    outline = "".join([part if isinstance(part, str) else _HOLE for part in parts])
    interpolations = [interpolate(part) for part in parts if not isinstance(part, str)]

    indented = _reads_better_indented(outline) and _survives_indentation(outline)
    escaped = (
        _escape(outline, _INDENTED_SPECIAL, _INDENTED_ESCAPES)
        if indented
        else _escape(outline, _SPECIAL, _ESCAPES)
    )
    first, *texts = escaped.split(_HOLE)
    body = first + "".join(map(add, interpolations, texts))
    if not indented:
        return f'"{body}"'
    return f"''\n{indent(body)}''" if "\n" in outline else f"''{body}''"


def _escape(text: str, special: re.Pattern[str], escapes: dict[str, str]) -> str:
    return special.sub(lambda match: escapes[match[0]], text)


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

"""Write each kind of expression in Nix syntax, and parentheses where its place asks for them."""

from __future__ import annotations

import math
import re
import sys
from functools import singledispatch
from itertools import groupby
from textwrap import dedent
from typing import Final

from nixgen.language import (
    AttributeSet,
    Binary,
    Call,
    Expression,
    If,
    List,
    Literal,
    Path,
    Raw,
    Select,
    String,
    Variable,
    is_identifier,
)
from nixgen.language.layout import bracket, enclose, fits_one_line, hugs, indent
from nixgen.language.precedence import BINARY, Level
from nixgen.language.strings import quote, quote_name

_PATH_LITERAL: Final = re.compile(r"\.{0,2}(/[A-Za-z0-9._+-]+)+")

VERBATIM_NEWLINE: Final = "\U0010fffc"
"""Stands for a newline of raw Nix, which must not be indented. No text of a node can hold it."""

Layout = tuple[Level, str]


def place(node: Expression, position: Level) -> str:
    """Return the text of the node, in parentheses where the position asks for a tighter one."""
    lay_out = _lay_out.registry.get(type(node), _lay_out)  # spares the search for a base class
    level, text = lay_out(node)
    return text if level >= position else enclose("(", text, ")")


@singledispatch
def _lay_out(node: Expression) -> Layout:
    """Return the level and the text of the node."""
    raise TypeError(f"no rendering of {type(node).__name__}")


@_lay_out.register
def _(node: Literal) -> Layout:
    match node.value:
        case None:
            return Level.SIMPLE, "null"
        case bool(value):
            return Level.SIMPLE, str(value).lower()
        case int(value):
            return _lay_out_integer(value)
        case value:
            return _lay_out_float(value)


def _lay_out_integer(value: int) -> Layout:
    if value >= 0:
        return Level.SELECT, str(value)
    # Nix reads a minus and then a number, and that number has no room for 2^63.
    if value == -(2**63):
        return _lay_out(Binary("-", value + 1, 1))
    return Level.NEGATION, str(value)


def _lay_out_float(value: float) -> Layout:
    # Nix computes -x as 0 - x, which loses the sign of zero.
    if value == 0 and math.copysign(1, value) < 0:
        return _lay_out(Binary("*", 0.0, -1))
    if value < 0:
        return Level.NEGATION, f"-{place(Literal(-value), Level.CALL)}"
    # Nix refuses numbers this close to zero; the factors and the product are exact.
    if 0 < value < sys.float_info.min:
        return _lay_out(Binary("*", value * 2.0**60, 2.0**-60))
    digits, e, exponent = repr(value).partition("e")
    # Without a point Nix would read 1e5 as 1 applied to e5.
    return Level.SELECT, f"{digits}{'' if '.' in digits else '.0'}{e}{exponent}"


@_lay_out.register
def _(node: String) -> Layout:
    return Level.SIMPLE, quote(node.parts, _interpolate)


def _interpolate(node: Expression) -> str:
    text = place(node, Level.EXPRESSION)
    return f"${{\n{indent(text)}\n}}" if "\n" in text else f"${{{text}}}"


@_lay_out.register
def _(node: Path) -> Layout:
    if _PATH_LITERAL.fullmatch(node.path):
        return Level.SELECT, node.path
    if node.path.startswith("/"):
        return _lay_out(Binary("+", Path("/"), node.path))
    return _lay_out(Binary("+", Path("."), f"/{node.path.removeprefix('./')}"))


@_lay_out.register
def _(node: Raw) -> Layout:
    text = "".join(
        part if isinstance(part, str) else place(part, Level.SIMPLE) for part in node.parts
    )
    if "\n" not in text and "#" not in text:
        return Level.EXPRESSION, text
    # Strings may take more than one line; moving those would change them.
    if '"' in text or "''" in text:
        return Level.SIMPLE, f"(\n{text}\n)".replace("\n", VERBATIM_NEWLINE)
    return Level.SIMPLE, bracket("(", [dedent(text).strip()], ")", one_line=False)


@_lay_out.register
def _(node: Variable) -> Layout:
    return Level.SIMPLE, node.name


@_lay_out.register
def _(node: Select) -> Layout:
    target = place(node.target, Level.SIMPLE)
    return Level.SELECT, f"{target}.{'.'.join(map(_attribute_name, node.attributes))}"


def _attribute_name(name: str) -> str:
    return name if is_identifier(name) else quote_name(name)


@_lay_out.register
def _(node: Call) -> Layout:
    *words, last = (
        place(node.function, Level.CALL),
        *(place(argument, Level.SELECT) for argument in node.arguments),
    )
    if fits_one_line([*words, last]) or (fits_one_line(words) and "\n" in last and hugs(last)):
        return Level.CALL, " ".join([*words, last])
    function, *arguments = (*words, last)
    return Level.CALL, "\n".join([function, *map(indent, arguments)])


@_lay_out.register
def _(node: List) -> Layout:
    return Level.SIMPLE, bracket("[", [place(item, Level.SELECT) for item in node.items], "]")


@_lay_out.register
def _(node: AttributeSet) -> Layout:
    lines: list[str] = []
    for inherited, bindings in groupby(node.bindings, lambda binding: _is_inherited(*binding)):
        if inherited:
            lines.append(f"inherit {' '.join(name for name, _ in bindings)};")
        else:
            lines += [_binding(name, value) for name, value in bindings]
    return Level.SIMPLE, bracket("{", lines, "}", one_line=len(lines) < 2)


def _is_inherited(name: str, value: Expression) -> bool:
    return isinstance(value, Variable) and value.name == name


def _binding(name: str, value: Expression) -> str:
    name = _attribute_name(name)
    text = place(value, Level.EXPRESSION)
    return f"{name} = {text};" if hugs(text) else f"{name} =\n{indent(text)};"


@_lay_out.register
def _(node: If) -> Layout:
    condition, consequence, alternative = (
        place(part, Level.EXPRESSION)
        for part in (node.condition, node.consequence, node.alternative)
    )
    words = [f"if {condition} then", consequence, "else", alternative]
    if fits_one_line(words):
        return Level.EXPRESSION, " ".join(words)
    last = (
        f"else {alternative}"
        if isinstance(node.alternative, If)
        else f"else\n{indent(alternative)}"
    )
    return Level.EXPRESSION, "\n".join([words[0], indent(consequence), last])


@_lay_out.register
def _(node: Binary) -> Layout:
    level, side = BINARY[node.operator]
    left = place(node.left, Level(level + (side != "left")))
    right = place(node.right, Level(level + (side != "right")))
    joined = fits_one_line([left, node.operator, right]) or (
        "\n" not in left and "\n" in right and hugs(right)
    )
    return level, f"{left}{' ' if joined else chr(10)}{node.operator} {right}"

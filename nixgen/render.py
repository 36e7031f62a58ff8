"""Render expressions as Nix: the only writer of Nix syntax.

This module knows precedence and layout (RFC 166), nixgen.quote knows strings. The text of a node
begins in column 0, and whoever places it indents it.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from enum import IntEnum
from functools import singledispatch
from itertools import groupby
from typing import Final

from nixgen.expression import (
    Assert,
    AttributeSet,
    Binary,
    Call,
    Expression,
    Formal,
    Formals,
    Function,
    HasAttribute,
    If,
    Let,
    List,
    Literal,
    Path,
    Raw,
    Select,
    String,
    Unary,
    Variable,
    With,
    is_identifier,
)
from nixgen.quote import indent, quote, quote_name

SHORT: Final = 80
"""The longest text, in characters, that is put on one line by choice."""


class Level(IntEnum):
    """How tightly an expression binds, after the grammar of Nix 2.8 (src/libexpr/parser.y)."""

    EXPRESSION = 0
    IMPLICATION = 1
    OR = 2
    AND = 3
    EQUALITY = 4
    COMPARISON = 5
    UPDATE = 6
    NOT = 7
    SUM = 8
    PRODUCT = 9
    CONCATENATION = 10
    HAS_ATTRIBUTE = 11
    NEGATION = 12
    CALL = 13
    SELECT = 14
    SIMPLE = 15


_BINARY: Final = {
    "->": (Level.IMPLICATION, "right"),
    "||": (Level.OR, "left"),
    "&&": (Level.AND, "left"),
    "==": (Level.EQUALITY, None),
    "!=": (Level.EQUALITY, None),
    "<": (Level.COMPARISON, None),
    "<=": (Level.COMPARISON, None),
    ">": (Level.COMPARISON, None),
    ">=": (Level.COMPARISON, None),
    "//": (Level.UPDATE, "right"),
    "+": (Level.SUM, "left"),
    "-": (Level.SUM, "left"),
    "*": (Level.PRODUCT, "left"),
    "/": (Level.PRODUCT, "left"),
    "++": (Level.CONCATENATION, "right"),
}
_UNARY: Final = {"!": Level.NOT, "-": Level.NEGATION}

_PATH_LITERAL: Final = re.compile(r"\.{0,2}(/[A-Za-z0-9._+-]+)+")

# Stands for a newline in raw Nix, which must not be indented. No node's text can hold it.
_VERBATIM_NEWLINE: Final = "\U0010fffc"

Layout = tuple[Level, str]


class NixText(str):
    """Nix syntax that the renderer wrote; templates take nothing else."""

    __slots__ = ()


def render(expression: Expression, *, depth: int = 0, operand: bool = False) -> NixText:
    """Return the expression in Nix syntax, without a newline at its end.

    Lines after the first are indented by `depth` steps, as far as the line that the text is put
    on. With `operand` the text is put beside others, as the argument of a function is, and so
    comes in parentheses unless it holds together without them.
    """
    text = _place(expression, Level.SELECT if operand else Level.EXPRESSION)
    for _ in range(depth):
        text = indent(text).lstrip(" ")
    return NixText(text.replace(_VERBATIM_NEWLINE, "\n"))


def render_attribute_name(name: str) -> str:
    """Return the name as it stands in a binding or an attribute path, quoted where needed."""
    return name if is_identifier(name) else quote_name(name)


def _place(node: Expression, position: Level) -> str:
    """Return the text of the node, in parentheses where the position asks for a tighter one."""
    level, text = _lay_out(node)
    return text if level >= position else _enclose("(", text, ")")


def _enclose(opening: str, text: str, closing: str) -> str:
    if _hugs(text):
        return f"{opening}{text}{closing}"
    return f"{opening}\n{indent(text)}\n{closing}"


def _hugs(text: str) -> bool:
    """Tell whether the text may begin and end on lines that it shares with what surrounds it.

    So may a single line, and what opens a bracket at the end of its first line and closes it at
    the beginning of its last.
    """
    first, *middle = text.split("\n")
    if not middle:
        return True
    last = middle.pop()
    closed = last[0] in "}])" or (first.endswith("''") and last.endswith("''"))
    return (
        first.endswith(("{", "[", "(", "''"))
        and closed
        and all(line[:1] in ("", " ") for line in middle)
    )


def _on_one_line(words: Sequence[str]) -> bool:
    return sum(map(len, words)) + len(words) <= SHORT and not any("\n" in word for word in words)


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
    return _lay_out(Unary("-", -value))


def _lay_out_float(value: float) -> Layout:
    # Nix computes -x as 0 - x, which loses the sign of zero.
    if value == 0 and math.copysign(1, value) < 0:
        return _lay_out(Binary("*", 0.0, -1))
    if value < 0:
        return _lay_out(Unary("-", -value))
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
    return _enclose("${", _place(node, Level.EXPRESSION), "}")


@_lay_out.register
def _(node: Path) -> Layout:
    if _PATH_LITERAL.fullmatch(node.path):
        return Level.SELECT, node.path
    base, rest = ("/.", node.path) if node.path.startswith("/") else ("./.", f"/{node.path}")
    return _lay_out(Binary("+", Path(base), rest))


@_lay_out.register
def _(node: Raw) -> Layout:
    text = "".join(
        part if isinstance(part, str) else _place(part, Level.SIMPLE) for part in node.parts
    )
    if "\n" in text or "#" in text:
        return Level.SIMPLE, f"(\n{text}\n)".replace("\n", _VERBATIM_NEWLINE)
    return Level.EXPRESSION, text


@_lay_out.register
def _(node: Variable) -> Layout:
    return Level.SIMPLE, node.name


@_lay_out.register
def _(node: Select) -> Layout:
    target = _place(node.target, Level.SIMPLE)
    selection = f"{target}.{_attribute_path(node.attributes)}"
    if node.default is not None:
        selection += f" or {_place(node.default, Level.SELECT)}"
    return Level.SELECT, selection


@_lay_out.register
def _(node: HasAttribute) -> Layout:
    target = _place(node.target, Level.NEGATION)
    return Level.HAS_ATTRIBUTE, f"{target} ? {_attribute_path(node.attributes)}"


def _attribute_path(names: Sequence[str]) -> str:
    return ".".join(map(render_attribute_name, names))


@_lay_out.register
def _(node: Call) -> Layout:
    words = [_place(node.function, Level.CALL)]
    words += [_place(argument, Level.SELECT) for argument in node.arguments]
    if _on_one_line(words) or (any("\n" in word for word in words) and all(map(_hugs, words))):
        return Level.CALL, " ".join(words)
    function, *arguments = words
    return Level.CALL, "\n".join([function, *map(indent, arguments)])


@_lay_out.register
def _(node: List) -> Layout:
    return Level.SIMPLE, _bracket("[", [_place(item, Level.SELECT) for item in node.items], "]")


def _bracket(opening: str, lines: Sequence[str], closing: str, *, one_line: bool = True) -> str:
    words = [opening, *lines, closing]
    if one_line and _on_one_line(words):
        return " ".join(words)
    return "\n".join([opening, *map(indent, lines), closing])


@_lay_out.register
def _(node: AttributeSet) -> Layout:
    lines: list[str] = []
    for inherited, bindings in groupby(node.bindings, lambda binding: _is_inherited(*binding)):
        if inherited:
            lines.append(f"inherit {' '.join(name for name, _ in bindings)};")
        else:
            lines += [_binding(name, value) for name, value in bindings]
    return Level.SIMPLE, _bracket("{", lines, "}", one_line=len(lines) < 2)


def _is_inherited(name: str, value: Expression) -> bool:
    return value == Variable(name) if is_identifier(name) else False


def _binding(name: str, value: Expression) -> str:
    name = render_attribute_name(name)
    text = _place(value, Level.EXPRESSION)
    return f"{name} = {text};" if _hugs(text) else f"{name} =\n{indent(text)};"


@_lay_out.register
def _(node: Function) -> Layout:
    body = _place(node.body, Level.EXPRESSION)
    if isinstance(node.parameter, str):
        head = f"{node.parameter}:"
        joined = _hugs(body)
    else:
        head = _formals(node.parameter)
        joined = _on_one_line([head, body])
    return Level.EXPRESSION, f"{head}{' ' if joined else chr(10)}{body}"


def _formals(formals: Formals) -> str:
    words = [*map(_formal, formals.formals), *(["..."] if formals.ellipsis else [])]
    alias = f"@{formals.alias}" if formals.alias else ""
    line = f"{{ {', '.join(words)} }}{alias}:" if words else f"{{ }}{alias}:"
    if _on_one_line([line]):
        return line
    lines = [f"{word}," if word != "..." else word for word in words]
    return _bracket("{", lines, f"}}{alias}:", one_line=False)


def _formal(formal: Formal) -> str:
    if formal.default is None:
        return formal.name
    return f"{formal.name} ? {_place(formal.default, Level.EXPRESSION)}"


@_lay_out.register
def _(node: Let) -> Layout:
    lines = ["let", *(indent(_binding(*binding)) for binding in node.bindings), "in"]
    return Level.EXPRESSION, "\n".join([*lines, _place(node.body, Level.EXPRESSION)])


@_lay_out.register
def _(node: With) -> Layout:
    return Level.EXPRESSION, _precede("with", node.scope, node.body)


@_lay_out.register
def _(node: Assert) -> Layout:
    return Level.EXPRESSION, _precede("assert", node.condition, node.body)


def _precede(keyword: str, head: Expression, body: Expression) -> str:
    first = f"{keyword} {_place(head, Level.EXPRESSION)};"
    text = _place(body, Level.EXPRESSION)
    return f"{first} {text}" if _on_one_line([first]) and _hugs(text) else f"{first}\n{text}"


@_lay_out.register
def _(node: If) -> Layout:
    condition, consequence, alternative = (
        _place(part, Level.EXPRESSION)
        for part in (node.condition, node.consequence, node.alternative)
    )
    words = [f"if {condition} then", consequence, "else", alternative]
    if _on_one_line(words):
        return Level.EXPRESSION, " ".join(words)
    last = (
        f"else {alternative}"
        if isinstance(node.alternative, If)
        else f"else\n{indent(alternative)}"
    )
    return Level.EXPRESSION, "\n".join([words[0], indent(consequence), last])


@_lay_out.register
def _(node: Unary) -> Layout:
    level = _UNARY[node.operator]
    text = _place(node.operand, Level(level + 1))
    # A minus and a path literal would be one path.
    return level, f"{node.operator}({text})" if text[0] in "./" else f"{node.operator}{text}"


@_lay_out.register
def _(node: Binary) -> Layout:
    level, side = _BINARY[node.operator]
    left = _place(node.left, Level(level + (side != "left")))
    right = _place(node.right, Level(level + (side != "right")))
    joined = _on_one_line([left, node.operator, right]) or (
        "\n" not in left and "\n" in right and _hugs(right)
    )
    return level, f"{left}{' ' if joined else chr(10)}{node.operator} {right}"

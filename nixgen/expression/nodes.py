"""The nodes of Nix expressions, and how Python values become them.

Nodes are frozen, compare by structure and can be hashed. Where a node takes an expression it
takes any value that `to_expression` knows. Rendering them is the business of nixgen.render.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol, runtime_checkable

from attrs import evolve, field, frozen

from nixgen.errors import DefinitionError, Problem
from nixgen.expression.marks import RESERVED, describe, mark, split_marks

# Nix 2.8 manual, "Expression Language"; `or` is a keyword in some positions only.
KEYWORDS: Final = frozenset(
    {"assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"}
)
BINARY_OPERATORS: Final = frozenset(
    {"->", "||", "&&", "==", "!=", "<", "<=", ">", ">=", "//", "+", "-", "*", "/", "++"}
)
UNARY_OPERATORS: Final = frozenset({"!", "-"})

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")
_RESERVED = re.compile(RESERVED)


def is_identifier(name: str) -> bool:
    """Tell whether Nix reads the name as an identifier, so that it needs no quotes."""
    return bool(_IDENTIFIER.fullmatch(name)) and name not in KEYWORDS


class Expression:
    """A node of a Nix expression; inside an f-string it becomes an interpolation."""

    __slots__ = ()

    def __str__(self) -> str:
        return mark(self, repr(self), repr(self))

    def __format__(self, specification: str) -> str:
        if specification:
            raise _refusal("no format specification after a Nix expression", specification)
        return str(self)


@runtime_checkable
class SupportsNix(Protocol):
    """A value that knows its Nix expression."""

    def __nix__(self) -> Expression:
        """Return the expression."""


@runtime_checkable
class TemplateString(Protocol):
    """A t-string as Python 3.14 makes it (string.templatelib.Template)."""

    @property
    def strings(self) -> tuple[str, ...]:
        """The constant parts, one more than there are interpolations."""

    @property
    def interpolations(self) -> tuple[Interpolation, ...]:
        """The interpolations between the constant parts."""


class Interpolation(Protocol):
    """An interpolation of a t-string (string.templatelib.Interpolation)."""

    @property
    def value(self) -> object:
        """The value."""

    @property
    def conversion(self) -> str | None:
        """The letter after `!`: a, r, s or none."""

    @property
    def format_spec(self) -> str:
        """What stands after `:`."""


def to_expression(value: object, *, field: str = "") -> Expression:
    """Return the expression of a Python value.

    None, booleans, integers, floats, strings, lists, tuples and mappings with string keys become
    literals; in strings, what was formatted into them becomes an interpolation. Expressions and
    names such as `pkgs.hello` stay what they are.

    Raises DefinitionError, with the path of the value below `field`, for anything that Nix has
    no value for.
    """
    try:
        return _at(field, value)
    except RecursionError:
        raise DefinitionError(
            Problem(field=field, expected="a value that does not contain itself")
        ) from None


def _at(path: str, value: object) -> Expression:
    try:
        return _convert(value)
    except DefinitionError as error:
        problem = evolve(error.problem, field=path + error.problem.field)
        raise DefinitionError(problem) from None


def _convert(value: object) -> Expression:
    match value:
        case Expression():
            return value
        case None | bool():
            return Literal(value)
        case int():
            return Literal(int(value))
        case float():
            return Literal(float(value))
        case str():
            return String(tuple(split_marks(str.__str__(value))))
        case Mapping():
            return AttributeSet(value)
        case list() | tuple():
            return List(value)
        case SupportsNix():
            return value.__nix__()
        case TemplateString():
            return _convert(_format_template(value))
        case _:
            expected = "null, a boolean, a number, a string, a list, a dict or a Nix expression"
            raise _refusal(expected, value)


def _format_template(template: TemplateString) -> str:
    conversions: dict[str, Callable[[object], str]] = {"a": ascii, "r": repr, "s": str}
    texts = [template.strings[0]]
    for interpolation, string in zip(template.interpolations, template.strings[1:], strict=True):
        value = interpolation.value
        if interpolation.conversion:
            value = conversions[interpolation.conversion](value)
        texts += [format(value, interpolation.format_spec), string]
    return "".join(texts)


def _refusal(expected: str, given: object, *, remedy: str | None = None) -> DefinitionError:
    return DefinitionError(
        Problem(field="", expected=expected, given=describe(given), remedy=remedy)
    )


def _check_text(text: str) -> None:
    if "\0" in text:
        raise _refusal("text without the NUL character, which Nix cannot hold", text)
    if _RESERVED.search(text):
        raise _refusal(
            "text without the characters U+10FFFC and U+10FFFD, which stand for interpolations",
            text,
            remedy="Format an expression into a string as a whole, and use it unchanged.",
        )
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise _refusal("text that UTF-8 can encode, without lone surrogates", text)


def _identifier(name: str) -> str:
    if not isinstance(name, str) or not is_identifier(name):
        raise _refusal("a Nix identifier", name)
    return name


def _attribute_name(name: object) -> str:
    if not isinstance(name, str):
        raise _refusal("a string as attribute name", name)
    _check_text(name)
    return str.__str__(name)


def _attribute_path(names: Iterable[object]) -> tuple[str, ...]:
    path = tuple(map(_attribute_name, names))
    if not path:
        raise _refusal("an attribute path of one name or more", path)
    return path


def _expressions(values: Iterable[object]) -> tuple[Expression, ...]:
    return tuple(_at(f"[{index}]", value) for index, value in enumerate(values))


def _parts(parts: Iterable[object]) -> tuple[str | Expression, ...]:
    """Merge neighbouring strings, so that equal texts are equal nodes."""
    merged: list[str | Expression] = []
    for part in parts:
        if not isinstance(part, str):
            merged.append(_convert(part))
            continue
        _check_text(part)
        if merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part:
            merged.append(part)
    return tuple(merged)


def _raw_parts(text: str | Iterable[object]) -> tuple[str | Expression, ...]:
    return _parts(split_marks(text) if isinstance(text, str) else text)


def _optional(value: object) -> Expression | None:
    return None if value is None else _convert(value)


Bindings = tuple[tuple[str, Expression], ...]


def _bindings(bindings: Mapping[str, object] | Iterable[tuple[str, object]]) -> Bindings:
    pairs = bindings.items() if isinstance(bindings, Mapping) else bindings
    made: dict[str, Expression] = {}
    for name, value in pairs:
        if _attribute_name(name) in made:
            raise _refusal("an attribute name that is not taken", name)
        step = f".{name}" if is_identifier(name) else f'."{name}"'
        made[str.__str__(name)] = _at(step, value)
    return tuple(made.items())


def _operator(allowed: frozenset[str], operator: str) -> str:
    if operator not in allowed:
        raise _refusal(f"one of {' '.join(sorted(allowed))}", operator)
    return operator


@frozen
class Literal(Expression):
    """null, a boolean, an integer of 64 bits or a finite float."""

    # By representation: Python holds 1, 1.0 and True, and 0.0 and -0.0, to be equal.
    value: bool | int | float | None = field(eq=repr)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.value, float) and not math.isfinite(self.value):
            raise _refusal("a finite number", self.value)
        if isinstance(self.value, int) and not -(2**63) <= self.value < 2**63:
            raise _refusal("an integer of 64 bits (Nix has no larger ones)", self.value)


@frozen
class String(Expression):
    """A string: texts, which are data, and expressions, which are interpolated."""

    parts: tuple[str | Expression, ...] = field(converter=_parts)


@frozen
class Path(Expression):
    """A path literal: absolute, or relative to the file that it stands in."""

    path: str = field()

    def __attrs_post_init__(self) -> None:
        _check_text(self.path)
        if not self.path:
            raise _refusal("a path", self.path)


@frozen
class Raw(Expression):
    """Nix syntax as somebody wrote it; expressions in it are rendered as operands."""

    parts: tuple[str | Expression, ...] = field(converter=_raw_parts)

    def __attrs_post_init__(self) -> None:
        if not any(isinstance(part, Expression) or part.strip() for part in self.parts):
            raise _refusal("a Nix expression", "".join(map(str, self.parts)))


@frozen
class Variable(Expression):
    """A variable."""

    name: str = field(converter=_identifier)


@frozen
class Select(Expression):
    """`target.a.b`, or `target.a.b or default`."""

    target: Expression = field(converter=_convert)
    attributes: tuple[str, ...] = field(converter=_attribute_path)
    default: Expression | None = field(default=None, converter=_optional)


@frozen
class HasAttribute(Expression):
    """`target ? a.b`."""

    target: Expression = field(converter=_convert)
    attributes: tuple[str, ...] = field(converter=_attribute_path)


@frozen
class Call(Expression):
    """A function applied to one argument after the other."""

    function: Expression = field(converter=_convert)
    arguments: tuple[Expression, ...] = field(converter=_expressions)


@frozen
class List(Expression):
    """A list."""

    items: tuple[Expression, ...] = field(converter=_expressions)


@frozen
class AttributeSet(Expression):
    """An attribute set, its bindings in the order given; made from a mapping or from pairs."""

    bindings: Bindings = field(converter=_bindings)


@frozen
class Formal:
    """One formal of a function that takes an attribute set, perhaps with a default."""

    name: str = field(converter=_identifier)
    default: Expression | None = field(default=None, converter=_optional)


def _formals(formals: Iterable[str | Formal]) -> tuple[Formal, ...]:
    return tuple(formal if isinstance(formal, Formal) else Formal(formal) for formal in formals)


@frozen
class Formals:
    """The pattern `{ a, b ? 1, ... }@alias` before a function's body."""

    formals: tuple[Formal, ...] = field(converter=_formals)
    ellipsis: bool = False
    alias: str | None = None

    def __attrs_post_init__(self) -> None:
        names = [formal.name for formal in self.formals]
        names += [_identifier(self.alias)] if self.alias is not None else []
        if len(set(names)) < len(names):
            raise _refusal("formals of different names", names)


@frozen
class Function(Expression):
    """A function of one parameter, which is a name or a pattern."""

    parameter: str | Formals = field()
    body: Expression = field(converter=_convert)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.parameter, Formals):
            _identifier(self.parameter)


@frozen
class Let(Expression):
    """`let a = 1; in body`; the bindings see each other."""

    bindings: Bindings = field(converter=_bindings)
    body: Expression = field(converter=_convert)


@frozen
class With(Expression):
    """`with scope; body`."""

    scope: Expression = field(converter=_convert)
    body: Expression = field(converter=_convert)


@frozen
class If(Expression):
    """`if condition then consequence else alternative`."""

    condition: Expression = field(converter=_convert)
    consequence: Expression = field(converter=_convert)
    alternative: Expression = field(converter=_convert)


@frozen
class Assert(Expression):
    """`assert condition; body`."""

    condition: Expression = field(converter=_convert)
    body: Expression = field(converter=_convert)


@frozen
class Unary(Expression):
    """`!operand` or `-operand`."""

    operator: str = field()
    operand: Expression = field(converter=_convert)

    def __attrs_post_init__(self) -> None:
        _operator(UNARY_OPERATORS, self.operator)


@frozen
class Binary(Expression):
    """Two operands with an operator between them; `?` is HasAttribute."""

    operator: str = field()
    left: Expression = field(converter=_convert)
    right: Expression = field(converter=_convert)

    def __attrs_post_init__(self) -> None:
        _operator(BINARY_OPERATORS, self.operator)

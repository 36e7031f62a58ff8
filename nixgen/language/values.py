"""Values of Nix, and how Python values become them.

Nodes are frozen, compare by structure and can be hashed. Where a node takes an expression it
takes any value that `to_expression` knows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import NoneType
from typing import Any, Final, Protocol, runtime_checkable

from attrs import field, frozen

from nixgen.errors import DefinitionError, Problem
from nixgen.language.checks import attribute_name, is_identifier, is_plain, refusal, text
from nixgen.language.marks import mark, split_marks
from nixgen.language.template_strings import TemplateString, to_string


class Expression:
    """A node of a Nix expression; inside an f-string it becomes an interpolation."""

    __slots__ = ()

    def __str__(self) -> str:
        return mark(self, self)

    def __format__(self, specification: str) -> str:
        if specification:
            raise refusal("no format specification after a Nix expression", specification)
        return str(self)


@runtime_checkable
class SupportsNix(Protocol):
    """A value that knows its Nix expression."""

    def __nix__(self) -> Expression:
        """Return the expression."""


def to_expression(value: object, *, field: str = "") -> Expression:
    """Return the expression of a Python value.

    None, booleans, integers, floats, strings, lists, tuples and mappings with string keys become
    literals; in strings, what was formatted into them becomes an interpolation. Expressions and
    names such as `pkgs.hello` stay what they are.

    Raises DefinitionError, with the path of the value below `field`, for anything that Nix has
    no value for.
    """
    try:
        return convert(value)
    except DefinitionError as error:
        raise _below(field, error) from None
    except RecursionError:
        raise DefinitionError(
            Problem(
                field=field,
                expected="a value that does not contain itself and is not nested too deep",
                remedy="keep it to some hundred levels, and out of itself",
            )
        ) from None


def _below(path: str, error: DefinitionError) -> DefinitionError:
    return DefinitionError(replace(error.problem, field=path + error.problem.field))


def convert(value: object) -> Expression:
    """Do what `to_expression` does, inside of a value whose path is not known yet."""
    if isinstance(value, str):
        return String(value)
    if isinstance(value, Expression):
        return value
    node_class = _NODE_CLASSES.get(type(value))
    return _convert_unusual(value) if node_class is None else node_class(value)


def _convert_unusual(value: object) -> Expression:
    """Convert a value of a class of its own, which may be derived from Python's."""
    match value:
        case int():
            return Literal(int(value))
        case float():
            return Literal(float(value))
        case list() | tuple():
            return List(value)
        case Mapping():
            return AttributeSet(value)
        case _ if hasattr(value, "__nix__"):  # asking for the protocol takes ten times as long
            node: Expression = value.__nix__()
            return node
        case TemplateString():
            return convert(to_string(value))
        case _:
            expected = "null, a boolean, a number, a string, a list, a dict or a Nix expression"
            raise refusal(expected, value)


def convert_each(values: Iterable[object]) -> tuple[Expression, ...]:
    """Convert the values of a list."""
    made: list[Expression] = []
    for value in values:
        try:
            made.append(convert(value))
        except DefinitionError as error:
            raise _below(f"[{len(made)}]", error) from None
    return tuple(made)


def convert_parts(parts: str | Iterable[object]) -> tuple[str | Expression, ...]:
    """Convert a string, or its parts, to texts and expressions.

    Neighbouring texts are merged, so that equal strings are equal.
    """
    if isinstance(parts, str):
        if is_plain(parts):
            return (str.__str__(parts),) if parts else ()
        parts = split_marks(parts)
    merged: list[str | Expression] = []
    for part in parts:
        if not isinstance(part, str):
            merged.append(convert(part))
        elif merged and isinstance(merged[-1], str):
            merged[-1] += text(part)
        elif part:
            merged.append(text(part))
    return tuple(merged)


Bindings = tuple[tuple[str, Expression], ...]


def convert_bindings(bindings: Mapping[str, object] | Iterable[tuple[str, object]]) -> Bindings:
    """Convert the values of an attribute set."""
    pairs = bindings.items() if isinstance(bindings, Mapping) else bindings
    made: dict[str, Expression] = {}
    for name, value in pairs:
        plain = attribute_name(name)
        if plain in made:
            raise refusal("attribute names of which none comes twice", name)
        try:
            made[plain] = convert(value)
        except DefinitionError as error:
            step = f".{plain}" if is_identifier(plain) else f'."{plain}"'
            raise _below(step, error) from None
    return tuple(made.items())


@frozen
class Literal(Expression):
    """null, a boolean, an integer of 64 bits or a finite float."""

    # By representation: Python holds 1, 1.0 and True, and 0.0 and -0.0, to be equal.
    value: bool | int | float | None = field(eq=repr)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.value, float) and not math.isfinite(self.value):
            raise refusal("a finite number", self.value)
        if isinstance(self.value, int) and not -(2**63) <= self.value < 2**63:
            raise refusal("an integer of 64 bits (Nix has no larger ones)", self.value)


@frozen
class String(Expression):
    """A string: texts, which are data, and expressions, which are interpolated.

    It is made of its parts, or of a Python string that may have marks in it.
    """

    parts: tuple[str | Expression, ...] = field(converter=convert_parts)


@frozen
class List(Expression):
    """A list."""

    items: tuple[Expression, ...] = field(converter=convert_each)


@frozen
class AttributeSet(Expression):
    """An attribute set, its bindings in the order given; made from a mapping or from pairs."""

    bindings: Bindings = field(converter=convert_bindings)


_NODE_CLASSES: Final[Mapping[type, Callable[[Any], Expression]]] = {
    NoneType: Literal,
    bool: Literal,
    int: Literal,
    float: Literal,
    list: List,
    tuple: List,
    dict: AttributeSet,
}
"""The nodes of the values that are of exactly these classes, as most are."""

"""Refuse a wrong value when its definition is made, and say where the definition stands."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol, TypeGuard

from attrs import field, frozen

from nixgen.errors import DefinitionError, Location, Problem
from nixgen.language import Expression, NixValue, describe, is_holdable, to_expression
from nixgen.language.marks import split_marks

Text = str | Expression | NixValue
"""A string, in which f-strings may hold names of Nix, or a Nix expression that gives one."""

EMPTY: Mapping[Any, Any] = MappingProxyType({})

_LONGEST_QUOTE = 200
_NOTHING = object()
_PATH_STEP = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")
_OWN_MODULES = "nixgen.definitions"


class Definition(Protocol):
    """What every class of definitions has: its place, and its name in a message."""

    @property
    def location(self) -> Location:
        """Where the definition was made."""

    def owner(self) -> dict[str, str]:
        """Return the `image` or `service` that a message names."""


def call_site() -> Location:
    """Return the line outside of nixgen that makes the definition."""
    frame = sys._getframe(1)
    while frame.f_back and (
        frame.f_code.co_filename.startswith("<attrs generated")
        or frame.f_globals.get("__name__", "").startswith("nixgen.")
    ):
        frame = frame.f_back
    return Location(frame.f_code.co_filename, frame.f_lineno)


def location_field() -> Any:
    """Give a class the field that remembers where its instance was made."""
    return field(init=False, repr=False, eq=False, factory=call_site, metadata={"argument": False})


@frozen(repr=False)
class _Shortened:
    """A definition within a value, which a message shows without its fields."""

    kind: str

    def __repr__(self) -> str:
        return f"{self.kind}(...)"


def _as_written(value: object) -> object:
    """Return the value with lists and dicts for what `frozen_value` made of them."""
    match value:
        case Mapping():
            return {name: _as_written(item) for name, item in value.items()}
        case list() | tuple():
            return [_as_written(item) for item in value]
        case _ if type(value).__module__.startswith(_OWN_MODULES):
            return _Shortened(type(value).__name__)
        case _:
            return value


def quoted(value: object) -> str:
    """Return the value as a Python literal, shortened to what fits into a message."""
    try:
        text = describe(_as_written(value))
    except RecursionError:  # it contains itself
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "..."


def refuse(
    definition: Definition,
    path: str,
    expected: str,
    given: object = _NOTHING,
    *,
    remedy: str | None = None,
) -> DefinitionError:
    """Return the error that says what is wrong with the value at `path` of the definition."""
    shown = None if given is _NOTHING else quoted(given)
    return located(Problem(path, expected, given=shown, remedy=remedy), definition)


def located(problem: Problem, definition: Definition) -> DefinitionError:
    """Return the error that says what is wrong, and with which definition."""
    return DefinitionError(replace(problem, location=definition.location, **definition.owner()))


def problem(path: str, expected: str, given: object, *, remedy: str | None = None) -> Problem:
    """Return what is wrong at `path` within a value, such as "[0]" or ".Env[0]"."""
    return Problem(path, expected, given=quoted(given), remedy=remedy)


def is_in_nix(value: object) -> bool:
    """Tell whether Nix alone knows the value."""
    return isinstance(value, Expression | NixValue)


def is_literal(value: object) -> TypeGuard[str]:
    """Tell whether the value is a string without names of Nix in it."""
    return isinstance(value, str) and split_marks(value) == [value]


def beginning(value: object) -> str | None:
    """Return the text that a string begins with, or None where Nix alone knows it."""
    if not isinstance(value, str):
        return None
    start, *rest = split_marks(value)
    return None if rest and not start else str(start)


def kind_of(value: object) -> str:
    """Return what the table of rules calls values of this kind."""
    match value:
        case str():
            return "string" if is_literal(value) else "nix"
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case tuple() | list():
            return "list"
        case Mapping():
            return "set"
    return "nix" if is_in_nix(value) else "other"


def below(path: str, name: str) -> str:
    """Return the path of an attribute below that of its set, as Nix writes it."""
    if _PATH_STEP.fullmatch(name):
        return f"{path}.{name}"
    try:
        name.encode()
    except UnicodeEncodeError:
        return f"{path}.{json.dumps(name)}"
    return f"{path}.{json.dumps(name, ensure_ascii=False)}"


def unholdable(value: object) -> Problem | None:
    """Return what Nix cannot hold in a value, or None: it holds what JSON does, and expressions."""
    if isinstance(value, str) and is_holdable(value):
        return None
    try:
        to_expression(value)
    except DefinitionError as error:
        return error.problem
    return None


def frozen_value(value: object) -> object:
    """Return the value with tuples for lists and read-only mappings for dicts, all the way down."""
    if value is None or isinstance(value, str):  # as most are
        return value
    match value:
        case list() | tuple():
            return tuple(map(frozen_value, value))
        case Mapping():
            made = {key: frozen_value(item) for key, item in value.items()}
            return MappingProxyType(made) if made else EMPTY
        case _:
            return value

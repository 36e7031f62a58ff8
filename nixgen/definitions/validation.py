"""Refuse a wrong value when its definition is made, and say where the definition stands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol, TypeGuard

from attrs import Attribute, field, frozen

from nixgen.errors import DefinitionError, Location, Problem
from nixgen.language import Expression, NixValue, describe, is_holdable, to_expression
from nixgen.language.marks import split_marks

Unmet = str | Problem
"""What was expected of a value; a Problem also names the place within the value."""

Rule = Callable[[Any], Unmet | None]
"""Takes a value; returns what was expected of it, or None when the value is right."""

Text = str | Expression | NixValue
"""A string, in which f-strings may hold names of Nix, or a Nix expression that gives one."""

LARGEST_INTEGER = 2**31 - 1
"""The largest number of 32 bits: PostgreSQL's `integer`."""

_LONGEST_QUOTE = 200
_NOTHING = object()
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
    return _located(Problem(path, expected, given=shown, remedy=remedy), definition)


def _located(problem: Problem, definition: Definition) -> DefinitionError:
    return DefinitionError(replace(problem, location=definition.location, **definition.owner()))


def _refusal(definition: Definition, path: str, unmet: Unmet, value: object) -> DefinitionError:
    if isinstance(unmet, Problem):
        return _located(replace(unmet, field=path + unmet.field), definition)
    return refuse(definition, path, unmet, value)


def check(rule: Rule) -> Callable[[Any, Attribute[Any], Any], None]:
    """Return an attrs validator that refuses what the rule refuses, the field's default apart."""

    def validate(definition: Definition, attribute: Attribute[Any], value: object) -> None:
        if value is not attribute.default and (unmet := rule(value)):
            raise _refusal(definition, attribute.name, unmet, value)

    return validate


def each(rule: Rule) -> Callable[[Any, Attribute[Any], Any], None]:
    """Return an attrs validator that refuses a list with an item that the rule refuses."""
    return check(listing(rule))


def problem(path: str, expected: str, given: object, *, remedy: str | None = None) -> Problem:
    """Return what is wrong at `path` within a value, such as "[0]" or ".Env[0]"."""
    return Problem(path, expected, given=quoted(given), remedy=remedy)


def within(path: str, unmet: Unmet | None, given: object) -> Problem | None:
    """Return what a rule found wrong with the part at `path` of a value."""
    if isinstance(unmet, Problem):
        return replace(unmet, field=path + unmet.field)
    return problem(path, unmet, given) if unmet else None


def listing(rule: Rule) -> Rule:
    """Allow the lists whose every item the rule allows."""

    def unmet(value: object) -> Unmet | None:
        if not isinstance(value, tuple):
            return "a list"
        for index, item in enumerate(value):
            if unmet_by_item := rule(item):
                return within(f"[{index}]", unmet_by_item, item)
        return None

    return unmet


def text(value: object) -> Unmet | None:
    """Allow a string or a Nix expression."""
    if isinstance(value, str):
        return nix_value(value)
    return None if is_in_nix(value) else "a string or a Nix expression"


def nonempty_text(value: object) -> Unmet | None:
    """Allow a string with something in it, or a Nix expression."""
    if isinstance(value, str) and (not value or value.isspace()):
        return "a string that is not empty"
    return text(value)


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


def absolute_path(value: object) -> Unmet | None:
    """Allow a path that begins with a slash, or with what Nix alone knows."""
    if unmet := nonempty_text(value):
        return unmet
    start = beginning(value)
    if start is None or start.startswith("/"):
        return None
    remedy = "begin it with / for a path of the image, or with a package such as {pkgs.nginx}"
    return problem("", "an absolute path", value, remedy=remedy)


def expression(value: object) -> str | None:
    """Allow a Nix expression alone."""
    if is_in_nix(value):
        return None
    return 'a Nix expression, such as docker_images.base or nix("...")'


def nix_value(value: object) -> Problem | None:
    """Allow what Nix can hold: None, booleans, numbers, text, lists, dicts, expressions."""
    if isinstance(value, str) and is_holdable(value):
        return None
    try:
        to_expression(value)
    except DefinitionError as error:
        return error.problem
    return None


def boolean(value: object) -> str | None:
    """Allow True and False."""
    return None if isinstance(value, bool) else "True or False"


def whole_number(smallest: int, largest: int = LARGEST_INTEGER) -> Rule:
    """Allow the whole numbers from `smallest` to `largest`."""

    def unmet(value: object) -> str | None:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and value in range(smallest, largest + 1):
            return None
        return f"a whole number from {smallest} to {largest}"

    return unmet


def one_of(*allowed: str, remedy: str | None = None) -> Rule:
    """Allow the given strings alone."""
    listed = " or ".join(f'"{item}"' for item in allowed)

    def unmet(value: object) -> Problem | None:
        right = isinstance(value, str) and value in allowed
        return None if right else problem("", listed, value, remedy=remedy)

    return unmet


def matching(rule: Callable[[str], str | None]) -> Callable[[Any], str | None]:
    """Allow the strings that a rule about names allows."""
    return lambda value: rule(value) if isinstance(value, str) else "a string"


def frozen_value(value: object) -> object:
    """Return the value with tuples for lists and read-only mappings for dicts, all the way down."""
    match value:
        case str():
            return value
        case list() | tuple():
            return tuple(map(frozen_value, value))
        case Mapping():
            return MappingProxyType({key: frozen_value(item) for key, item in value.items()})
        case _:
            return value

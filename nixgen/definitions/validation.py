"""Refuse a wrong value when its definition is made, and say where the definition stands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from attrs import Attribute, field

from nixgen.errors import DefinitionError, Location, NixgenError, Problem
from nixgen.expression import Expression, NixValue, describe, to_expression

Rule = Callable[[Any], str | None]
"""Takes a value; returns what was expected of it, or None when the value is right."""

Text = str | Expression | NixValue
"""A string, in which f-strings may hold names of Nix, or a Nix expression that gives one."""

_LONGEST_QUOTE = 200


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


def quoted(value: object) -> str:
    """Return the value as a Python literal, shortened to what fits into a message."""
    text = describe(value)
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "..."


def refuse(
    definition: Definition,
    path: str,
    expected: str,
    given: object = None,
    *,
    remedy: str | None = None,
) -> DefinitionError:
    """Return the error that says what is wrong with the value at `path` of the definition."""
    return DefinitionError(
        Problem(
            path,
            expected,
            given=None if given is None else quoted(given),
            remedy=remedy,
            location=definition.location,
            **definition.owner(),
        )
    )


def check(rule: Rule, *, optional: bool = False) -> Callable[[Any, Attribute[Any], Any], None]:
    """Return an attrs validator that refuses what the rule refuses."""

    def validate(definition: Definition, attribute: Attribute[Any], value: object) -> None:
        if optional and value is None:
            return
        if expected := rule(value):
            raise refuse(definition, attribute.name, expected, _shown(value))

    return validate


def each(rule: Rule) -> Callable[[Any, Attribute[Any], Any], None]:
    """Return an attrs validator that refuses a list with an item that the rule refuses."""

    def validate(definition: Definition, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, tuple):
            raise refuse(definition, attribute.name, "a list", _shown(value))
        for index, item in enumerate(value):
            if expected := rule(item):
                raise refuse(definition, f"{attribute.name}[{index}]", expected, _shown(item))

    return validate


def _shown(value: object) -> object:
    return "None" if value is None else value


def text(value: object) -> str | None:
    """Allow a string or a Nix expression."""
    if not isinstance(value, Text):
        return "a string or a Nix expression"
    return nix_value(value)


def nonempty_text(value: object) -> str | None:
    """Allow a string with something in it, or a Nix expression."""
    if isinstance(value, str) and not value.strip():
        return "a string that is not empty"
    return text(value)


def expression(value: object) -> str | None:
    """Allow a Nix expression alone."""
    right = isinstance(value, Expression | NixValue)
    return None if right else 'a Nix expression, such as docker_images.base or nix("...")'


def nix_value(value: object) -> str | None:
    """Allow what Nix can hold: None, booleans, numbers, text, lists, dicts, expressions."""
    try:
        to_expression(value)
    except NixgenError as error:
        return f"a value that Nix can hold ({error})"
    return None


def boolean(value: object) -> str | None:
    """Allow True and False."""
    return None if isinstance(value, bool) else "True or False"


def positive(value: object) -> str | None:
    """Allow whole numbers from 1."""
    right = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    return None if right else "a whole number from 1"


def one_of(*allowed: str) -> Rule:
    """Allow the given strings alone."""
    listed = " or ".join(f'"{item}"' for item in allowed)
    return lambda value: None if isinstance(value, str) and value in allowed else listed


def matching(rule: Callable[[str], str | None]) -> Rule:
    """Allow the strings that a rule about names allows."""
    return lambda value: rule(value) if isinstance(value, str) else "a string"


def frozen_value(value: object) -> object:
    """Return the value with tuples for lists and read-only mappings for dicts, all the way down."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: frozen_value(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(frozen_value(item) for item in value)
    return value

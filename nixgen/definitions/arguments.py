"""Give the classes of definitions their defaults and checks, which stand in the table of rules.

A class of definitions has a line for each argument; its name in the table is that of the argument
of Nix: `pre_start_script` is `preStartScript`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from attrs import NOTHING, Attribute, field, frozen

from nixgen.definitions.fluentd import to_fluentd
from nixgen.definitions.forgotten_f import problem_of_forgotten_f
from nixgen.definitions.rules import Check, Rule, compile_rule, holds_parts
from nixgen.definitions.validation import Definition, frozen_value, located, refuse
from nixgen.errors import DefinitionError, Problem
from nixgen.rules import sentence, table

_BY_TABLE = {"default": "table"}

FROZEN = {"frozen": True}
"""The metadata of a field whose lists and dicts become read-only.

A converter that the class named would hide the field's type from type checkers.
"""


@frozen
class Argument:
    """An argument of a section of the table: its field in Python, its default and its check."""

    field: str
    default: Any
    check: Check


def argument(converter: Callable[[Any], Any] | None = None) -> Any:
    """Give a class a field with the default of the table."""
    return field(default=None, converter=converter, metadata=_BY_TABLE)


def by_table(*sections: str) -> Callable[[type, list[Attribute[Any]]], list[Attribute[Any]]]:
    """Return what gives a class's fields the defaults and converters of the table's sections.

    The first section that has an argument of the field's name counts.
    """

    def transform(_: type, attributes: list[Attribute[Any]]) -> list[Attribute[Any]]:
        return [_with_table(attribute, sections) for attribute in attributes]

    return transform


def _with_table(attribute: Attribute[Any], sections: Sequence[str]) -> Attribute[Any]:
    rules = (rules_of(section) for section in sections)
    rule = next(
        (each[name] for each in rules if (name := to_camel_case(attribute.name)) in each), None
    )
    if attribute.metadata.get("frozen"):
        attribute = attribute.evolve(converter=frozen_value)
    if rule is None:
        return attribute
    made = attribute.evolve(converter=attribute.converter or _converter(rule))
    if attribute.metadata.get("default") == "table":
        made = made.evolve(default=frozen_value(rule["default"]))
    return made


def _converter(rule: Rule) -> Callable[[Any], Any] | None:
    if "fluentd" in rule:
        return to_fluentd
    return frozen_value if holds_parts(rule) else None


@cache
def rules_of(section: str) -> dict[str, Rule]:
    """Return the rules of a section's arguments by their names in Nix, in alphabetical order."""
    return {name: _own_rule(name, rule) for name, rule in sorted(table()[section].items())}


def _own_rule(name: str, rule: Rule) -> Rule:
    """Return the rule, with what it takes from the argument of another section."""
    return {**table()[rule["as"]][name], **rule} if "as" in rule else rule


@cache
def arguments_of(section: str) -> tuple[Argument, ...]:
    """Return the arguments of a section, in the order in which they are checked."""
    return tuple(
        Argument(
            to_snake_case(name), frozen_value(rule.get("default", NOTHING)), compile_rule(rule)
        )
        for name, rule in rules_of(section).items()
    )


def check_arguments(definition: Definition, arguments: Iterable[Argument]) -> None:
    """Refuse, with a DefinitionError, the arguments whose values break their rules."""
    errors = [
        refused(definition, each.field, found)
        for each in arguments
        if (value := getattr(definition, each.field)) is not each.default
        if (found := each.check(value) or problem_of_forgotten_f(value))
    ]
    if errors:
        raise DefinitionError(*(error.problem for error in errors))


def refused(definition: Definition, path: str, found: Problem) -> DefinitionError:
    """Return the error that says what is wrong within the value at `path` of the definition."""
    return located(replace(found, field=path + found.field), definition)


@cache
def to_camel_case(name: str) -> str:
    """Return the argument's name in Nix."""
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)


def to_snake_case(name: str) -> str:
    """Return the argument's name in Python."""
    return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", name)


def refuse_together(definition: Definition, path: str, name: str, given: object) -> DefinitionError:
    """Return the error that says, with the sentence of that name, what several arguments break."""
    expected, remedy = sentence(name)
    return refuse(definition, path, expected, given, remedy=remedy)

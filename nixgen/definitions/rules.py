"""Check values by the table of rules: what each primitive of nix/rules/rules.json means.

nix/rules/primitives.nix is the same for Nix. A check takes a value and returns what is wrong with
it, or None. What is known to Nix alone is left to Nix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from typing import Any

from nixgen import names
from nixgen.definitions.fluentd_checks import problem_of_parts
from nixgen.definitions.validation import (
    beginning,
    below,
    is_in_nix,
    is_literal,
    kind_of,
    problem,
    unholdable,
)
from nixgen.errors import Problem
from nixgen.rules import expand as expand_patterns
from nixgen.rules import pattern, table, worded

Check = Callable[[Any], Problem | None]
Rule = Mapping[str, Any]

BLANKS = " \t\n\v\f\r"


def compile_rule(rule: Rule) -> Check:
    """Return the check of a rule of the table."""
    primitive = next(name for name in _PRIMITIVES if name in rule)
    check = _with_words(rule, _PRIMITIVES[primitive](rule[primitive], rule))
    if not rule.get("optional"):
        return check
    return lambda value: None if value is None else check(value)


def holds_parts(rule: Rule) -> bool:
    """Tell whether a value that keeps the rule may be a list or a dict."""
    match rule:
        case {"named": name}:
            return name in table()["rules"] and holds_parts(table()["rules"][name])
        case {"all": rules}:
            return any(map(holds_parts, rules))
        case {"is": kind}:
            return kind in ("anything", "services", "set")
    return not rule.keys().isdisjoint({"by", "keys", "list", "map"})


@cache
def named(name: str) -> Check:
    """Return the check of a rule that others refer to by its name."""
    if name in table()["names"]:
        return _name(name)
    return compile_rule(table()["rules"][name])


def _with_words(rule: Rule, check: Check) -> Check:
    """Return the check which says what the rule itself expects, of the value as a whole."""
    if "expected" not in rule and "remedy" not in rule and "near" not in rule:
        return check

    def checked(value: object) -> Problem | None:
        found = check(value)
        return _reworded(rule, found, value) if found and not found.field else found

    return checked


def _reworded(rule: Rule, found: Problem, value: object) -> Problem:
    length = len(value) if isinstance(value, str | tuple) else 0
    said = worded(rule["expected"], length=length) if "expected" in rule else found.expected
    remedy = rule.get("remedy", found.remedy)
    if isinstance(remedy, Mapping):
        remedy = remedy.get(kind_of(value))
    if remedy:
        remedy = worded(worded(remedy), given=found.given)
    if "near" in rule:
        remedy = _NEAR[rule["near"]](value)
    return replace(found, expected=said, remedy=remedy)


def _near_repository(name: object) -> str | None:
    """Return what to write in the place of a name that is nearly one of a repository."""
    if not isinstance(name, str):
        return None
    if names.unmet_repository_rule(name) is None and ":" in name:
        return "leave the registry out: `nixgen push` is given one"
    near = re.sub("[^a-z0-9/]+", "-", name.lower()).strip("-/")
    return None if names.unmet_image_name_rule(near) else f"write it like this: {near}"


_NEAR = {"repository": _near_repository}


def _if(keeps: Callable[[Any], object], expected: str) -> Check:
    return lambda value: None if keeps(value) else problem("", expected, value)


def _text(value: object) -> Problem | None:
    if isinstance(value, str):
        return unholdable(value)
    return None if is_in_nix(value) else problem("", worded("{text}"), value)


def _is_variable(value: object) -> bool:
    return not is_literal(value) or value.find("=") > 0


def _variable(value: object) -> Problem | None:
    return _text(value) or _if(_is_variable, "NAME=VALUE")(value)


def _is_filled(value: object) -> bool:
    return not isinstance(value, str) or bool(value.strip(BLANKS))


def _is_line(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and not re.search(r"\s", value)


def _is_services(value: object) -> bool:
    return isinstance(value, tuple) and all(hasattr(item, "after") for item in value)


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


def _is_set(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_string(value: object) -> bool:
    return isinstance(value, str)


_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "anything": (lambda _: True, "anything"),
    "boolean": (_is_boolean, "{boolean}"),
    "expression": (is_in_nix, "a Nix expression"),
    "false": (lambda value: value is False, "{boolean}"),
    "filled": (_is_filled, "a string that is not empty"),
    "line": (_is_line, "a string of one line"),
    "nothing": (lambda _: False, "nothing"),
    "services": (_is_services, "{services}"),
    "set": (_is_set, "{set}"),
    "string": (_is_string, "a string"),
    "word": (_is_word, "a string without blanks"),
}
"""Kinds of values: what tells them, and what is expected where another is given."""

_HOLDABLE: Mapping[str, Check] = {"holdable": unholdable, "text": _text, "variable": _variable}
"""Kinds of values in which something may be what Nix cannot hold."""


def _is(kind: str, _: Rule) -> Check:
    if kind in _HOLDABLE:
        return _HOLDABLE[kind]
    keeps, expected = _KINDS[kind]
    return _if(keeps, worded(expected))


def _name(kind: str) -> Check:
    def check(name: object) -> Problem | None:
        unmet = names.unmet_name_rule(kind, name) if isinstance(name, str) else "a string"
        return problem("", unmet, name) if unmet else None

    return check


def _pattern(text: str, rule: Rule) -> Check:
    matches = pattern(text).fullmatch
    return _if(lambda value: isinstance(value, str) and matches(value), text)


def _begins(text: str, rule: Rule) -> Check:
    start = expand_patterns(text)
    return _if(lambda value: (known := beginning(value)) is None or known.startswith(start), start)


def _range(bounds: tuple[int, int], _: Rule) -> Check:
    smallest, largest = bounds
    numbers = range(smallest, largest + 1)
    return _if(
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value in numbers,
        f"a whole number from {smallest} to {largest}",
    )


def _enum(allowed: list[str], _: Rule) -> Check:
    listed = " or ".join(f'"{item}"' for item in allowed)
    return _if(lambda value: isinstance(value, str) and value in allowed, listed)


def _length(value: object) -> int:
    return len(value) if isinstance(value, str | tuple) else 0


def _longest(longest: int, _: Rule) -> Check:
    def check(value: object) -> Problem | None:
        given = len(value) if isinstance(value, tuple) else value
        return None if _length(value) <= longest else problem("", f"at most {longest}", given)

    return check


def _shortest(shortest: int, _: Rule) -> Check:
    return _if(lambda value: _length(value) >= shortest, f"at least {shortest}")


def _most_bytes(most: int, _: Rule) -> Check:
    return _if(
        lambda value: not is_literal(value) or len(value.encode("utf-8", "replace")) <= most,
        f"at most {most} bytes",
    )


def _within(path: str, found: Problem | None) -> Problem | None:
    return replace(found, field=path + found.field) if found else None


def _list(item: Rule, rule: Rule) -> Check:
    check = compile_rule(item)
    check_first = compile_rule(rule["first"]) if "first" in rule else check

    def check_list(values: object) -> Problem | None:
        if not isinstance(values, tuple):
            return problem("", "a list", values)
        checks = (check_first, *[check] * (len(values) - 1))
        for index, (each, value) in enumerate(zip(checks, values, strict=False)):
            if found := each(value):
                return _within(f"[{index}]", found)
        return None

    return check_list


def _unless_in_nix(check: Check) -> Check:
    return lambda value: None if is_in_nix(value) else check(value)


def _sorted_names(values: Mapping[object, object]) -> list[Any]:
    """Return the names in Nix's order, those that are no strings first."""
    return sorted(values, key=lambda name: (isinstance(name, str), str(name)))


def _map(parts: Mapping[str, Rule], _: Rule) -> Check:
    check_name = compile_rule(parts["names"])
    check_value = _unless_in_nix(compile_rule(parts["values"]))

    def check_map(values: object) -> Problem | None:
        if not isinstance(values, Mapping):
            return problem("", worded("{set}"), values)
        for name in _sorted_names(values):
            found = _unholdable_name(name) or check_name(name) or check_value(values[name])
            if found:
                return _within(_step(name), found)
        return None

    return check_map


def _unholdable_name(name: object) -> Problem | None:
    return unholdable(name) if isinstance(name, str) else None


def _step(name: object) -> str:
    return below("", name) if isinstance(name, str) else f"[{name!r}]"


def keys_of(rule: Rule) -> dict[str, Rule]:
    """Return the rules of a set's keys, with those of the rule that it extends."""
    extended = table()["rules"][rule["extends"]]["keys"] if "extends" in rule else {}
    return {**extended, **rule["keys"]}


def _keys(_: object, rule: Rule) -> Check:
    rules = keys_of(rule)
    checks = {name: _unless_in_nix(compile_rule(rules[name])) for name in sorted(rules)}
    listed = ", ".join(rule.get("order", checks))

    def check_keys(values: object) -> Problem | None:
        if not isinstance(values, Mapping):
            return problem("", worded("{set}"), values)
        for name in _sorted_names(values):
            value = values[name]
            if name not in checks:
                expected = f"one of the keys {listed}"
                return problem(_step(name), expected, name, remedy=_near_key(name, checks))
            if value is not None and (found := checks[name](value)):
                return _within(_step(name), found)
        return None

    return check_keys


def _near_key(name: object, keys: Iterable[str]) -> str | None:
    by_lower_case = {key.lower().replace("_", ""): key for key in keys}
    near = get_close_matches(str(name).lower().replace("_", ""), by_lower_case, n=1)
    return f"did you mean {by_lower_case[near[0]]}?" if near else None


def _all(rules: list[Rule], _: Rule) -> Check:
    checks = list(map(compile_rule, rules))

    def check_all(value: object) -> Problem | None:
        for check in checks:
            if found := check(value):
                return found
        return None

    return check_all


def _either(rules: list[Rule], _: Rule) -> Check:
    checks = list(map(compile_rule, rules))

    def check_either(value: object) -> Problem | None:
        found = [check(value) for check in checks]
        return found[-1] if all(found) else None

    return check_either


def _by(rules: Mapping[str, Rule], _: Rule) -> Check:
    checks = {kind: compile_rule(rule) for kind, rule in rules.items()}
    other = checks["other"]
    return lambda value: checks.get(kind_of(value), other)(value)


def _fluentd(parts: list[str], _: Rule) -> Check:
    return lambda value: problem_of_parts(value, parts)


_PRIMITIVES: Mapping[str, Callable[[Any, Rule], Check]] = {
    "all": _all,
    "begins": _begins,
    "by": _by,
    "either": _either,
    "enum": _enum,
    "fluentd": _fluentd,
    "is": _is,
    "keys": _keys,
    "list": _list,
    "longest": _longest,
    "longestText": _most_bytes,
    "map": _map,
    "named": lambda name, _: named(name),
    "pattern": _pattern,
    "range": _range,
    "shortest": _shortest,
}

"""What fluentd's configuration parser cannot read, found in the data of a definition.

The rules are those of nix/fluentd/, which writes the configuration; a value from Nix is left
to them. Facts about the parser: docs/fluentd.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from math import isfinite
from operator import itemgetter
from typing import cast

from nixgen.definitions.validation import below
from nixgen.errors import Problem
from nixgen.language import Expression, describe
from nixgen.language.template_strings import TemplateString
from nixgen.language.values import SupportsNix
from nixgen.rules import sentence, table

SERVICE_PARTS = ("source", "filters")
IMAGE_PARTS = ("outputs",)

_MISSPELT = "did you mean type?"
_SECTION_NAME = re.compile(r"[A-Za-z0-9_]+")


def problem_of_parts(
    data: object, checked: Collection[str], allowed: Collection[str] = ()
) -> Problem | None:
    """Return what is wrong with the `checked` parts of a Fluentd, or with what is none.

    Other parts than these and the `allowed` ones are refused.
    """
    parts = getattr(data, "parts", None)
    if parts is None:
        return _problem("", "fluentdParts", data)
    return next(_problems_of_parts(parts, checked, allowed or checked), None)


def _problems_of_parts(
    parts: Mapping[str, object], checked: Collection[str], allowed: Collection[str]
) -> Iterator[Problem]:
    for part, value in parts.items():
        path = below("", part)
        empty = value is None or (value == () and part != "source")
        if empty or (part in allowed and part not in checked):
            continue
        if part not in allowed:
            yield _problem(path, "fluentdPart", value, parts=" and ".join(allowed))
        elif part == "source":
            yield from _mistakes_of_source(path, value)
        else:
            section = "filter" if part == "filters" else "match"
            yield from _mistakes_of_plugins(path, section, value)


def _mistakes_of_source(path: str, source: object) -> Iterator[Problem]:
    if not isinstance(source, Mapping):
        if not is_nix(source):
            yield _problem(path, "fluentdSection", source)
        return
    others = [str(name) for name in source if name not in ("type", "@type")]
    misspelt = get_close_matches("type", others, n=1, cutoff=0.7)
    if misspelt and plugin_of(source) is None:
        name = misspelt[0]
        yield replace(_problem(below(path, name), "fluentdPlugin", name), remedy=_MISSPELT)
    if plugin_of(source) == "stdout" and "path" in source:
        yield _problem(below(path, "path"), "fluentdPath", source["path"])
    yield from mistakes_of_section(path, "source", source)


def _mistakes_of_plugins(path: str, section: str, plugins: object) -> Iterator[Problem]:
    if not isinstance(plugins, list | tuple):
        yield _problem(path, "fluentdPlugins", plugins)
        return
    for index, plugin in enumerate(plugins):
        item = f"{path}[{index}]"
        if is_nix(plugin):
            continue
        if not isinstance(plugin, Mapping):
            yield _problem(item, "fluentdSection", plugin)
        elif plugin_of(plugin) is None:
            yield _problem(below(item, "type"), "fluentdPlugin", None)
        else:
            yield from mistakes_of_section(item, section, plugin)


def plugin_of(parameters: Mapping[str, object]) -> object:
    """Return the type of a plugin's section, or None."""
    return next((parameters[n] for n in ("type", "@type") if parameters.get(n) is not None), None)


def mistakes_of_section(
    path: str, section: str, parameters: Mapping[object, object]
) -> Iterator[Problem]:
    """Yield what is wrong in a section of that name; the root has the empty name."""
    given = {name for name, value in parameters.items() if value is not None}
    if _is("plugins", section) and {"type", "@type"} <= given:
        yield _problem(path, "fluentdTypes", _Words("both"))
    is_tagged = _is("tagged", section) and "_arg" not in parameters
    argument = "tag" if is_tagged else "_arg"
    strange = next((name for name in parameters if not isinstance(name, str)), None)
    if strange is not None:
        yield Problem(path, "strings as names", given=describe(strange))
        return
    for name, value in sorted(cast(Mapping[str, object], parameters).items(), key=itemgetter(0)):
        if value is None:
            continue
        elif name == argument:
            yield from _mistakes_of_argument(below(path, name), value)
        else:
            yield from _mistakes_of_member(below(path, name), section, name, value)


def _mistakes_of_argument(path: str, value: object) -> Iterator[Problem]:
    if isinstance(value, bool) or not (isinstance(value, int | str) or is_nix(value)):
        yield _problem(path, "fluentdArgument", value)
    yield from mistakes_of_value(path, value)


def _mistakes_of_member(path: str, section: str, name: str, value: object) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        yield from _mistakes_of_named_section(path, name, value)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        mixed = [item for item in value if not isinstance(item, Mapping) and not is_nix(item)]
        if mixed:
            yield _problem(path, "fluentdMixed", _Words("a mixed list"))
            return
        for index, item in enumerate(value):
            if isinstance(item, Mapping):
                yield from _mistakes_of_named_section(f"{path}[{index}]", name, item)
    else:
        fluentd_name = "@type" if name == "type" and _is("plugins", section) else name
        yield from mistakes_of_name(path, section, fluentd_name)
        yield from mistakes_of_value(path, value)


def _mistakes_of_named_section(
    path: str, name: str, parameters: Mapping[object, object]
) -> Iterator[Problem]:
    if not _SECTION_NAME.fullmatch(name):
        yield _problem(path, "fluentdSectionName", name)
    yield from mistakes_of_section(path, name, parameters)


def mistakes_of_name(path: str, section: str, name: str) -> Iterator[Problem]:
    """Yield what is wrong with the name of a parameter in a section."""
    if name == "":
        yield _problem(path, "fluentdParameterName", _Words("an empty name"))
    elif name == "@include":
        yield _problem(path, "fluentdParameterName", _Words("the directive @include"))
    elif name.startswith("@") and _is("strict", section) and not _is("builtInNames", name):
        yield _problem(path, "fluentdBuiltInName", name)
    elif not _is_utf8(name):
        yield _problem(path, "fluentdUtf8", name)


def mistakes_of_value(
    path: str, value: object, expected: str = "fluentdValue"
) -> Iterator[Problem]:
    """Yield what is wrong with the value of a parameter: a scalar, or a list of them."""
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from mistakes_of_value(f"{path}[{index}]", item, "fluentdItem")
    elif isinstance(value, str):
        if not _is_utf8(value):
            yield _problem(path, "fluentdUtf8", value)
    elif isinstance(value, float):
        if not isfinite(value):
            yield _problem(path, "fluentdNumber", value)
    elif not (value is None or isinstance(value, int) or is_nix(value)):
        yield _problem(path, expected, value)


def is_nix(value: object) -> bool:
    """Tell whether the value is known to Nix alone."""
    return isinstance(value, Expression | SupportsNix | TemplateString)


def _is(kind: str, name: str) -> bool:
    """Tell whether the table has the section or parameter among those of that kind."""
    return name in table()["fluentdSections"][kind]


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


class _Words(str):
    """What was given, in words."""


def _problem(path: str, expected: str, given: object, **words: object) -> Problem:
    said, remedy = sentence(expected, **words)
    return Problem(path, said, given=_shown(given), remedy=remedy)


def _shown(given: object) -> str:
    match given:
        case _Words():
            return str(given)
        case Mapping():
            return "a dict"
        case list() | tuple():
            return "a list"
    return describe(given)

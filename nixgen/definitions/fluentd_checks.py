"""What fluentd's configuration parser cannot read, found in the data of a definition.

The rules are those of nix/fluentd/, which writes the configuration; a value from Nix is left
to them. Facts about the parser: docs/fluentd.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
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
IMAGE_PARTS = ("outputs", "labels")
LABEL_PARTS = ("filters", "outputs")

_MISSPELT = "did you mean type?"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
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
        empty = value is None or (value == () and part in LABEL_PARTS)
        if empty or (part in allowed and part not in checked):
            continue
        if part not in allowed:
            yield _problem(path, "fluentdPart", value, parts=" and ".join(allowed))
        elif part == "source":
            yield from _mistakes_of_source(path, value)
        elif part == "labels":
            yield from _mistakes_of_labels(path, value)
        else:
            section = "filter" if part == "filters" else "match"
            yield from _mistakes_of_plugins(path, section, value)


def _mistakes_of_source(path: str, source: object) -> Iterator[Problem]:
    if not (isinstance(source, Mapping) and _is_section(source)):
        if not is_nix(source):
            yield _problem(path, "fluentdSection", source)
        return
    others = [
        str(name)
        for name, value in source.items()
        if value is not None and name not in ("type", "@type")
    ]
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
        if not (isinstance(plugin, Mapping) and _is_section(plugin)):
            yield _problem(item, "fluentdSection", plugin)
        elif plugin_of(plugin) is None:
            yield _problem(below(item, "type"), "fluentdPlugin", None)
        else:
            yield from mistakes_of_section(item, section, plugin)


def _mistakes_of_labels(path: str, labels: object) -> Iterator[Problem]:
    if not (isinstance(labels, Mapping) and _is_section(labels)):
        yield _problem(path, "fluentdLabels", labels)
        return
    for name, label in sorted(labels.items(), key=lambda item: str(item[0])):
        place = below(path, str(name))
        if not isinstance(name, str) or not name[1:] or name[0] != "@" or name == "@ROOT":
            yield _problem(place, "fluentdLabelName", name)
        elif not _is_utf8(name):
            yield _problem(place, "fluentdUtf8", name)
        elif not (isinstance(label, Mapping) and label.keys() <= set(LABEL_PARTS)):
            yield _problem(place, "fluentdLabel", label)
        else:
            yield from _mistakes_of_plugins(f"{place}.filters", "filter", label.get("filters", ()))
            yield from _mistakes_of_plugins(f"{place}.outputs", "match", label.get("outputs", ()))


def unknown_label(
    parts: Mapping[str, object] | None, labels: Collection[str]
) -> tuple[str, str] | None:
    """Return where the parts of a Fluentd lead to a label that is none of these, and its name.

    The path begins with a dot.
    """
    for path, name in _uses_of_parts("", parts or {}):
        if name not in labels:
            return path, name
    return None


def _uses_of_parts(path: str, parts: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for part, section in (("source", "source"), ("filters", "filter"), ("outputs", "match")):
        yield from _uses_of(f"{path}.{part}", section, parts.get(part))
    labels = parts.get("labels")
    if isinstance(labels, Mapping):
        for name in sorted(labels):
            yield from _uses_of_parts(below(f"{path}.labels", name), labels[name])


def _uses_of(path: str, section: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield the labels that sections lead to, each with its path."""
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _uses_of(f"{path}[{index}]", section, item)
    elif isinstance(value, Mapping) and _is_section(value):
        for name in sorted(value):
            member, place = value[name], below(path, name)
            if name == "@label" and _is("plugins", section) and isinstance(member, str):
                yield place, member
            else:
                yield from _uses_of(place, name, member)


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
    if section == "store" and plugin_of(cast(Mapping[str, object], parameters)) is None:
        yield _problem(below(path, "type"), "fluentdPlugin", None)
    kind = plugin_of(cast(Mapping[str, object], parameters))
    is_storing = _is("outputs", section) and isinstance(kind, str) and _is("storing", kind)
    if is_storing and parameters.get("store") in (None, (), []):
        yield _problem(below(path, "store"), "fluentdStores", None)
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


def is_variable(value: object) -> bool:
    """Tell whether the value is read from the environment."""
    return isinstance(value, Mapping) and "_env" in value


def _is_json(value: object) -> bool:
    return isinstance(value, Mapping) and "_json" in value


def _is_section(value: object) -> bool:
    return isinstance(value, Mapping) and not is_variable(value) and not _is_json(value)


def _mistakes_of_argument(path: str, value: object) -> Iterator[Problem]:
    is_text = isinstance(value, int | str) or is_nix(value) or is_variable(value)
    if isinstance(value, bool) or not is_text:
        yield _problem(path, "fluentdArgument", value)
    yield from mistakes_of_value(path, value)


def _mistakes_of_member(path: str, section: str, name: str, value: object) -> Iterator[Problem]:
    if _is_section(value):
        yield from _mistakes_of_named_section(path, name, cast(Mapping[object, object], value))
    elif isinstance(value, list | tuple) and any(_is_section(item) for item in value):
        mixed = [item for item in value if not _is_section(item) and not is_nix(item)]
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
    elif is_variable(value):
        yield from _mistakes_of_variable(path, cast(Mapping[object, object], value))
    elif _is_json(value) and expected == "fluentdValue":
        yield from _mistakes_of_json(path, cast(Mapping[object, object], value))
    elif isinstance(value, str):
        if not _is_utf8(value):
            yield _problem(path, "fluentdUtf8", value)
    elif isinstance(value, float):
        if not isfinite(value):
            yield _problem(path, "fluentdNumber", value)
    elif not (value is None or isinstance(value, int) or is_nix(value)):
        yield _problem(path, expected, value)


def _mistakes_of_marks(
    path: str, value: Mapping[object, object], marks: Sequence[str]
) -> Iterator[Problem]:
    """Yield what stands in the dict beside these, the first of which says what it is."""
    for other in sorted(str(name) for name in value.keys() - set(marks)):
        yield _problem(below(path, other), "fluentdMarked", value.get(other), mark=marks[0])


def _mistakes_of_variable(path: str, value: Mapping[object, object]) -> Iterator[Problem]:
    yield from _mistakes_of_marks(path, value, ("_env", "_default"))
    name = value["_env"]
    if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
        yield _problem(below(path, "_env"), "fluentdVariable", name)
    default = value.get("_default")
    given = below(path, "_default")
    if isinstance(default, list | tuple) or is_variable(default) or _is_json(default):
        yield _problem(given, "fluentdDefault", default)
    yield from mistakes_of_value(given, default, "fluentdDefault")


def _mistakes_of_json(path: str, value: Mapping[object, object]) -> Iterator[Problem]:
    yield from _mistakes_of_marks(path, value, ("_json",))
    content = value["_json"]
    if not (_is_section(content) or isinstance(content, list | tuple)):
        yield _problem(below(path, "_json"), "fluentdJson", content)
    yield from _mistakes_of_json_item(below(path, "_json"), content)


def _mistakes_of_json_item(path: str, value: object) -> Iterator[Problem]:
    if _is_section(value):
        named = cast(Mapping[object, object], value)
        for name in sorted(named, key=str):
            if not isinstance(name, str):
                yield Problem(path, "strings as names", given=describe(name))
            elif not _is_utf8(name):
                yield _problem(below(path, name), "fluentdUtf8", name)
            else:
                yield from _mistakes_of_json_item(below(path, name), named[name])
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _mistakes_of_json_item(f"{path}[{index}]", item)
    else:
        yield from mistakes_of_value(path, value, "fluentdItem")


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

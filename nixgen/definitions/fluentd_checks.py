"""What fluentd's configuration parser cannot read, found in the data of a definition.

The rules are those of nix/fluentd/, which writes the configuration; a value from Nix is left
to them. Facts about the parser: docs/fluentd.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from math import isfinite

from attrs import frozen

from nixgen.language import Expression, describe, is_identifier
from nixgen.language.template_strings import TemplateString
from nixgen.language.values import SupportsNix

PLUGIN_SECTIONS = frozenset(
    {
        "buffer",
        "filter",
        "format",
        "match",
        "metrics",
        "parse",
        "secondary",
        "service_discovery",
        "source",
        "storage",
        "store",
    }
)
"""The sections in which `type` names a plugin."""

TAGGED_SECTIONS = frozenset({"filter", "match"})
STRICT_SECTIONS = frozenset({"", "filter", "match", "source", "system"})
BUILT_IN_NAMES = frozenset({"@id", "@label", "@log_level", "@type"})

SERVICE_PARTS = ("source", "filters")
IMAGE_PARTS = ("outputs",)

_SECTION_NAME = re.compile(r"[A-Za-z0-9_]+")


@frozen
class Mistake:
    """A value that cannot be written: its path, what was expected, and the value for a message."""

    path: str
    expected: str
    given: str


def mistakes_of_definition(
    data: Mapping[str, object], allowed: Collection[str]
) -> Iterator[Mistake]:
    """Yield what is wrong with `{"source": {...}, "filters": [...], "outputs": [...]}`.

    `allowed` names the parts that belong here.
    """
    for part, value in data.items():
        path = below("fluentd", part)
        if part not in allowed:
            yield _mistake(path, f"nothing but {' and '.join(allowed)} here", value)
        elif part == "source":
            yield from _mistakes_of_source(path, value)
        else:
            section = "filter" if part == "filters" else "match"
            yield from _mistakes_of_plugins(path, section, value)


def _mistakes_of_source(path: str, source: object) -> Iterator[Mistake]:
    if not isinstance(source, Mapping):
        if not is_nix(source):
            yield _mistake(path, "a dict", source)
        return
    if plugin_of(source) == "stdout" and "path" in source:
        expected = "no path beside the type stdout"
        yield _mistake(below(path, "path"), expected, source["path"])
    yield from mistakes_of_section(path, "source", source)


def _mistakes_of_plugins(path: str, section: str, plugins: object) -> Iterator[Mistake]:
    if not isinstance(plugins, list | tuple):
        yield _mistake(path, "a list of dicts", plugins)
        return
    for index, plugin in enumerate(plugins):
        item = f"{path}[{index}]"
        if is_nix(plugin):
            continue
        if not isinstance(plugin, Mapping):
            yield _mistake(item, "a dict", plugin)
        elif plugin_of(plugin) is None:
            yield _mistake(below(item, "type"), "the name of a plugin", None)
        else:
            yield from mistakes_of_section(item, section, plugin)


def plugin_of(parameters: Mapping[str, object]) -> object:
    """Return the type of a plugin's section, or None."""
    return next((parameters[n] for n in ("type", "@type") if parameters.get(n) is not None), None)


def mistakes_of_section(
    path: str, section: str, parameters: Mapping[object, object]
) -> Iterator[Mistake]:
    """Yield what is wrong in a section of that name; the root has the empty name."""
    given = {name for name, value in parameters.items() if value is not None}
    if section in PLUGIN_SECTIONS and {"type", "@type"} <= given:
        yield Mistake(path, "either type or @type", "both")
    is_tagged = section in TAGGED_SECTIONS and "_arg" not in parameters
    argument = "tag" if is_tagged else "_arg"
    for name, value in parameters.items():
        if not isinstance(name, str):
            yield _mistake(path, "strings as names", name)
        elif value is None:
            continue
        elif name == argument:
            yield from _mistakes_of_argument(below(path, name), value)
        else:
            yield from _mistakes_of_member(below(path, name), section, name, value)


def _mistakes_of_argument(path: str, value: object) -> Iterator[Mistake]:
    if isinstance(value, bool) or not (isinstance(value, int | str) or is_nix(value)):
        yield _mistake(path, "a string", value)
    yield from mistakes_of_value(path, value)


def _mistakes_of_member(path: str, section: str, name: str, value: object) -> Iterator[Mistake]:
    if isinstance(value, Mapping):
        yield from _mistakes_of_named_section(path, name, value)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        mixed = [item for item in value if not isinstance(item, Mapping) and not is_nix(item)]
        if mixed:
            yield Mistake(path, "a list of dicts or a list without dicts", "a mixed list")
            return
        for index, item in enumerate(value):
            if isinstance(item, Mapping):
                yield from _mistakes_of_named_section(f"{path}[{index}]", name, item)
    else:
        fluentd_name = "@type" if name == "type" and section in PLUGIN_SECTIONS else name
        yield from mistakes_of_name(path, section, fluentd_name)
        yield from mistakes_of_value(path, value)


def _mistakes_of_named_section(
    path: str, name: str, parameters: Mapping[object, object]
) -> Iterator[Mistake]:
    if not _SECTION_NAME.fullmatch(name):
        yield _mistake(path, "the name of a section, of letters, digits and _", name)
    yield from mistakes_of_section(path, name, parameters)


def mistakes_of_name(path: str, section: str, name: str) -> Iterator[Mistake]:
    """Yield what is wrong with the name of a parameter in a section."""
    if name == "":
        yield Mistake(path, "the name of a parameter", "an empty name")
    elif name == "@include":
        yield Mistake(path, "the name of a parameter", "the directive @include")
    elif name.startswith("@") and section in STRICT_SECTIONS and name not in BUILT_IN_NAMES:
        yield _mistake(path, "@id, @label, @log_level, @type or a name without @", name)
    elif not _is_utf8(name):
        yield _mistake(path, "text in UTF-8", name)


def mistakes_of_value(
    path: str, value: object, expected: str = "a string, number, boolean, list or dict"
) -> Iterator[Mistake]:
    """Yield what is wrong with the value of a parameter: a scalar, or a list of them."""
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            in_list = "a string, number, boolean or list"
            yield from mistakes_of_value(f"{path}[{index}]", item, in_list)
    elif isinstance(value, str):
        if not _is_utf8(value):
            yield _mistake(path, "text in UTF-8", value)
    elif isinstance(value, float):
        if not isfinite(value):
            yield _mistake(path, "a finite number", value)
    elif not (value is None or isinstance(value, int) or is_nix(value)):
        yield _mistake(path, expected, value)


def is_nix(value: object) -> bool:
    """Tell whether the value is known to Nix alone."""
    return isinstance(value, Expression | SupportsNix | TemplateString)


def below(path: str, name: str) -> str:
    """Return the path of an attribute, as Nix writes it."""
    step = name if is_identifier(name) else json.dumps(name)
    return f"{path}.{step}" if path else step


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _mistake(path: str, expected: str, given: object) -> Mistake:
    match given:
        case Mapping():
            return Mistake(path, expected, "a dict")
        case list() | tuple():
            return Mistake(path, expected, "a list")
        case _:
            return Mistake(path, expected, describe(given))

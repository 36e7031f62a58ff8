"""A reader of fluentd configurations, by what is known of fluentd's v1 configuration parser.

It shares nothing with the writer that it tests. It raises ValueError where the parser would stop,
would run Ruby, or is not known to read what was meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from attrs import Factory, mutable

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "b": "\b", "0": "\0"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_START = re.compile(r" *<([A-Za-z0-9_]+)(?: (.*))?>")
_NAME = re.compile(r"(?:@|(?!include ))[A-Za-z0-9_$./:*+-]+")


@mutable
class Section:
    """A section as the parser reads it: parameters by name, their values as text."""

    name: str
    argument: str = ""
    parameters: dict[str, str] = Factory(dict)
    sections: list[Section] = Factory(list)

    def as_tree(self) -> dict[str, object]:
        """Return the form in which the vectors record sections."""
        return {
            "name": self.name,
            "arg": self.argument,
            "attrs": self.parameters,
            "elements": [section.as_tree() for section in self.sections],
        }


def read_quoted(text: str) -> tuple[str, str]:
    """Return the string in double quotes at the beginning, and what follows it."""
    value, position = "", 1
    while text[position : position + 1] != '"':
        if text.startswith("#{", position):
            raise ValueError(f"Ruby code: {text!r}")
        is_escaped = text.startswith("\\", position)
        position += is_escaped
        if position >= len(text) or text[position] in "\n\r":
            raise ValueError(f"no end of the quotes: {text!r}")
        character = text[position]
        value += _ESCAPES.get(character, character) if is_escaped else character
        position += 1
    return value, text[position + 1 :]


def read_value(text: str) -> str:
    """Return what the parser reads behind the name of a parameter."""
    if text.startswith('"'):
        value, rest = read_quoted(text)
        if rest:
            raise ValueError(f"text behind quotes: {text!r}")
        return value
    if text.startswith(("[", "{")):
        if "#" in text:
            raise ValueError(f"a comment in JSON: {text!r}")
        return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    if text.startswith("'") or _CONTROL.search(text):
        raise ValueError(f"neither plain nor quoted: {text!r}")
    return re.sub(r"(^| )#.*", "", text).strip(" ")


def read_argument(text: str) -> str:
    """Return what the parser reads as the argument of a section."""
    if text.startswith('"'):
        return read_value(text)
    if re.search("[#<>]", text) or text.startswith("'") or _CONTROL.search(text):
        raise ValueError(f"neither plain nor quoted: {text!r}")
    return text.strip(" ")


def read_name(text: str) -> tuple[str, str]:
    """Return the name of a parameter, and what follows it and a space."""
    if text.startswith('"'):
        name, rest = read_quoted(text)
    elif found := _NAME.match(text):
        name, rest = found[0], text[found.end() :]
    else:
        raise ValueError(f"no name of a parameter: {text!r}")
    if rest and not rest.startswith(" "):
        raise ValueError(f"no space behind a name: {text!r}")
    return name, rest[1:]


def read_conf(text: str) -> Section:
    """Return the whole configuration, as a section ROOT."""
    return _read_body(Section("ROOT"), iter(text.split("\n")))


def _read_body(section: Section, lines: Iterator[str]) -> Section:
    for line in lines:
        stripped = line.strip(" ")
        if stripped == f"</{section.name}>":
            return section
        if found := _START.fullmatch(line):
            child = Section(found[1], read_argument(found[2] or ""))
            section.sections.append(_read_body(child, lines))
        elif stripped:
            name, value = read_name(line.lstrip(" "))
            section.parameters[name] = read_value(value)
    if section.name != "ROOT":
        raise ValueError(f"no end of <{section.name}>")
    return section

"""Read the headers of answers that have a syntax of their own.

Sources: RFC 9110 (WWW-Authenticate and Retry-After), RFC 8288 (Link).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.request import parse_http_list

_WORD = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_PARAMETER = re.compile(rf"(?P<name>{_WORD})\s*=\s*(?P<value>.*)", flags=re.DOTALL)
_SCHEME = re.compile(rf"(?P<scheme>{_WORD})(?:\s+(?P<rest>[^\s=].*))?", flags=re.DOTALL)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINK_PARAMETER = rf"\s*;\s*(?P<name>[^\s;,=<>\"]*)\s*(?:=\s*(?P<value>{_QUOTED}|[^\s;,\"]*))?"
_LINK = re.compile(
    r"\s*(?:<(?P<target>[^<>]*)>|(?P<bare>[^\s;,<>\"]+))"
    rf"(?P<parameters>(?:{re.sub('[?]P<[a-z]+>', '?:', _LINK_PARAMETER)})*)\s*(?:,[\s,]*|$)"
)


class Headers(Mapping[str, str]):
    """The headers of an answer by their names in any case; several of a name are one list."""

    def __init__(self, given: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in given:
            known = self._values.get(name.lower())
            self._values[name.lower()] = value if known is None else f"{known}, {value}"

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True)
class Challenge:
    """One way in which a server wants to be told who asks; all names are in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def challenges(header: str) -> tuple[Challenge, ...]:
    """Read a WWW-Authenticate header; several of them are joined by commas.

    What is no challenge is left out.
    """
    found: list[tuple[str, dict[str, str]]] = []
    for item in parse_http_list(header):
        parameter = _PARAMETER.fullmatch(item)
        if parameter is None and (start := _SCHEME.fullmatch(item)):
            found.append((start["scheme"].lower(), {}))
            parameter = _PARAMETER.fullmatch(start["rest"] or "")
        if parameter and found:
            found[-1][1].setdefault(parameter["name"].lower(), _unquoted(parameter["value"]))
    return tuple(Challenge(scheme, parameters) for scheme, parameters in found)


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def next_link(header: str) -> str | None:
    """Return the reference to the next page, or None when the header names no such page.

    A link that does not say what it leads to is taken for the next page's. Raises ValueError when
    the header cannot be read.
    """
    for target, relations in _links(header):
        if relations is None or "next" in relations:
            return target
    return None


def _links(header: str) -> Iterator[tuple[str, list[str] | None]]:
    at = re.compile(r"[\s,]*").match(header)
    position = at.end() if at else 0
    while position < len(header):
        link = _LINK.match(header, position)
        if link is None:
            raise ValueError(header)
        position = link.end()
        target = link["target"] if link["bare"] is None else link["bare"]
        yield target.strip(), _relations(link["parameters"])


def _relations(parameters: str) -> list[str] | None:
    """Return the relations of a link; only the first parameter `rel` counts."""
    for parameter in re.finditer(_LINK_PARAMETER, parameters):
        if parameter["name"].lower() == "rel" and parameter["value"]:
            return parameter["value"].strip('"').lower().split()
    return None


def retry_after(header: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, 0 for a date that has passed.

    There is None for a header that cannot be read.
    """
    if header is None:
        return None
    try:
        if re.fullmatch(r"\s*[0-9]+\s*", header):
            return float(int(header))
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None

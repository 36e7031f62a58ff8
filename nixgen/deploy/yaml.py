"""Write YAML that people read: blocks, and quotes where a string needs them.

A quoted string is one of JSON, which YAML 1.2 has as a part (its section 1.3).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*(?:[:@][A-Za-z0-9_./-]+)*")
_NO_STRINGS: Final = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_ESCAPED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

Value = Mapping[str, "Value"] | list["Value"] | str | int | bool


def to_yaml(value: Value) -> str:
    """Return the value as a YAML document that ends with a newline."""
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: Value) -> Iterator[str]:
    match value:
        case Mapping() if value:
            for key, item in value.items():
                yield from _entry(f"{_scalar(key)}:", item, "  ")
        case list() if value:
            for item in value:
                first, *rest = _lines(item)
                yield f"- {first}"
                yield from (f"  {line}" for line in rest)
        case _:
            yield _scalar(value)


def _entry(key: str, item: Value, indentation: str) -> Iterator[str]:
    if isinstance(item, Mapping | list) and item:
        yield key
        yield from (f"{indentation}{line}" for line in _lines(item))
    else:
        yield f"{key} {_scalar(item)}"


def _scalar(value: Value) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NO_STRINGS:
        return value
    text = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

"""Tell definitions apart by all that their files depend on, without lowering them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from types import MappingProxyType, NoneType
from typing import Any, Final

from attrs import fields

from nixgen.definitions import (
    DebianPackageSet,
    Fluentd,
    Image,
    LayeredImage,
    NixpkgsPackageSet,
    PulledImage,
    Service,
)
from nixgen.errors import DefinitionError
from nixgen.language import Expression, NixValue, to_expression

_PLAIN: Final = frozenset({NoneType, bool, int, float, str})
_DEFINITIONS: Final = frozenset(
    {DebianPackageSet, Image, LayeredImage, NixpkgsPackageSet, PulledImage, Service}
)
_IN_NIX: Final = (Expression, MappingProxyType, NixValue)


class _UnknownError(Exception):
    """A value of a class that is not known here, which may say anything of itself."""


def fingerprint(*values: object) -> str | None:
    """Return a text that is equal in every run for equal values, and only for those.

    The values are definitions and what stands in their fields; where a definition was made is no
    part of it. There is None for what this module or Nix does not know, such as a value of a
    class that is derived from a definition's.
    """
    try:
        return repr(_data(values))
    except (_UnknownError, DefinitionError):
        return None


def _data(value: object) -> object:
    """Return the value as what `repr` tells apart: plain values, tuples of them, lists with a tag.

    A string holds the marks of what was formatted into it, which are digests of content.
    """
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, tuple) and kind is tuple:
        return value if _PLAIN.issuperset(map(type, value)) else tuple(map(_data, value))
    if kind in _DEFINITIONS:
        values = _fields_of(kind)(value)
        return [kind.__name__, *[each if type(each) in _PLAIN else _data(each) for each in values]]
    if isinstance(value, Fluentd) and kind is Fluentd:
        return [kind.__name__, value.source is None, str(to_expression(value.to_data()))]
    if kind is MappingProxyType and not value:
        return {}
    if isinstance(value, _IN_NIX):
        return ["Nix", str(to_expression(value))]
    raise _UnknownError


@cache
def _fields_of(definition: type[Any]) -> Callable[[object], tuple[object, ...]]:
    names = [field.name for field in fields(definition) if field.metadata.get("argument", True)]
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda value: (get(value),)

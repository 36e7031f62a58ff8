"""fluentd in an image: what it reads, filters and sends on.

The parameters of a plugin have the names that fluentd gives them; `type` stands for `@type`.
A dict is a section, a list of dicts as many sections of one name, None leaves a parameter out,
and every other value is written so that fluentd reads it back unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import field, fields_dict, frozen

from nixgen.definitions.kinds import ListOf
from nixgen.language import NixValue


@frozen(init=False)
class Section:
    """A section of a configuration: `Section("tag", type="file")` is a buffer's `<buffer tag>`.

    The argument stands behind the section's name; what follows are its parameters and sections.
    A name that Python cannot write comes from a dict: `Filter(type="grep", **{"and": ...})`.
    """

    parameters: Mapping[str, Any]

    def __init__(self, argument: object = None, /, **parameters: object) -> None:
        if argument is not None:
            parameters["_arg"] = argument
        object.__setattr__(self, "parameters", _to_data(parameters))

    def to_data(self) -> dict[str, Any]:
        """Return the attribute set that the Nix library takes; an argument is its `_arg`."""
        return dict(self.parameters)


class Source(Section):
    """Where records come from: `Source(type="syslog", port=1234)`.

    The type `stdout` captures stdout and stderr of the service's command. The event tag is
    `log.<service>` unless `tag` is set. Without a type there is no source.
    """


class Filter(Section):
    """What happens to records: `Filter(type="grep", regexp={"key": "message", "pattern": "a"})`.

    It applies to the event tags that `tag` matches, which are `log.<service>` unless it is set.
    """


class Output(Section):
    """Where records go: `Output(tag="log.**", type="stdout")`; the default `tag` is `**`."""


def env(name: str, default: object = None) -> Mapping[str, Any]:
    """Return a value that fluentd reads from its environment when it starts: `env("TOKEN")`.

    It takes the place of a value or argument, or of an item in a list or `as_value`.
    Where the container has no such variable, fluentd takes the default, a string, number or
    boolean; without one it ends, and names the variable. A plain string is never read so.
    """
    value = {"_env": name} if default is None else {"_env": name, "_default": default}
    return MappingProxyType(value)


def as_value(value: object) -> Mapping[str, Any]:
    """Return a dict or list as JSON, for a parameter: `headers=as_value({"X-Shop": "a"})`.

    A dict alone is a section.
    """
    return MappingProxyType({"_json": _to_data(value)})


def _to_data(value: object) -> Any:
    """Return the value, read-only, with plain mappings for sections."""
    match value:
        case Section():
            return value.parameters
        case Fluentd():
            return MappingProxyType(value.to_data())
        case Mapping():
            return MappingProxyType({name: _to_data(item) for name, item in value.items()})
        case list() | tuple():
            return tuple(_to_data(item) for item in value)
        case _:
            return value


def _part(default: object) -> Any:
    """Give a field its converter, whose own types would hide the field's from type checkers."""
    return field(default=default, converter=_to_data)


@frozen(kw_only=True)
class Fluentd:
    """What fluentd does for a service, an image or a project.

    A service has a `source` and `filters`; an image or a project has `outputs`, which replace the
    default: to forward `log.**` to fluentd.localdomain. An image of one command has all three.
    An image also has `labels`, other ways of records: a Fluentd of filters and outputs by its name,
    to which `**{"@label": "@AUDIT"}` of a source or output leads. A plain dict may stand for each
    section. The owner checks the values when it is made.
    """

    source: Source | Mapping[str, Any] | NixValue | None = _part(None)
    """Where records come from: a `<source>` section. `type` `stdout` captures what the command
    prints.
    """
    filters: ListOf[Filter | Mapping[str, Any] | NixValue] = _part(())
    """What happens to records: a list of `<filter>` sections; `tag` is `log.<service>` unless set.
    """
    outputs: ListOf[Output | Mapping[str, Any] | NixValue] = _part(())
    """Where records go: a list of `<match>` sections; `tag` is `**` unless set."""
    labels: Mapping[str, Fluentd | Mapping[str, Any]] | None = _part(None)
    """Other ways of records, by names that begin with `@`: {sets} of `filters` and `outputs`, which
    `@label` leads to.
    """

    @property
    def parts(self) -> dict[str, Any]:
        """The parts by their names, in the order in which they are checked."""
        return {
            "source": self.source,
            "filters": self.filters,
            "outputs": self.outputs,
            "labels": self.labels,
        }

    def to_data(self) -> dict[str, Any]:
        """Return the attribute set that the Nix library takes, without the parts that are empty."""
        return {name: part for name, part in self.parts.items() if part not in (None, ())}


def to_fluentd(value: Any) -> Any:
    """Return a Fluentd for a dict of its parts, and any other value as it is."""
    if value is None:  # said most often, and asking for a Mapping takes a while
        return None
    if isinstance(value, Mapping) and value.keys() <= fields_dict(Fluentd).keys():
        return Fluentd(**value)
    return value

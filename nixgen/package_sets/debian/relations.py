"""What packages need of each other, by the fields of their control files.

Source: Debian Policy Manual, chapter 7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Record = Mapping[str, str]

_PRIORITIES = ("required", "important", "standard", "optional")
"""Of what packages there are two for one thing, that of the higher priority is the usual one."""


def find_relations(records: Mapping[str, Record], field: str) -> dict[str, list[str]]:
    """Return which packages of the records each one names in a field such as Depends, sorted.

    Of alternatives (`a | b`) the first that is there is taken, by its name or as what provides a
    virtual package.
    """
    providers = _providers(records)
    return {
        name: sorted(
            {
                provider
                for relation in record.get(field, "").split(",")
                for provider in [_first_provider(relation, providers)]
                if provider and provider != name
            }
        )
        for name, record in records.items()
    }


def reachable(wanted: Iterable[str], dependencies: Callable[[str], Sequence[str]]) -> list[str]:
    """Return the wanted packages and all that they depend on, sorted."""
    found: set[str] = set()
    pending = list(wanted)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(dependencies(name))
    return sorted(found)


def _providers(records: Mapping[str, Record]) -> dict[str, str]:
    """Return for each name, real or virtual, the package that stands for it."""
    by_preference = sorted(records, key=lambda name: (_priority(records[name]), name))
    virtual = {
        provided: name
        for name in reversed(by_preference)
        for provided in _names(records[name].get("Provides", "").split(","))
    }
    return virtual | {name: name for name in records}


def _priority(record: Record) -> int:
    priority = record.get("Priority", "")
    return _PRIORITIES.index(priority) if priority in _PRIORITIES else len(_PRIORITIES)


def _first_provider(relation: str, providers: Mapping[str, str]) -> str | None:
    alternatives = _names(relation.split("|"))
    return next((providers[name] for name in alternatives if name in providers), None)


def _names(relations: Iterable[str]) -> Iterator[str]:
    """Yield the package names of relations, without versions, architectures and qualifiers."""
    for each in relations:
        if each.strip():
            yield each.split()[0].split(":")[0].split("(")[0]

"""The order of an image's services as a picture: text, Mermaid, or DOT of Graphviz."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from attrs import frozen

from nixgen.definitions import Image, Service


@frozen
class Node:
    """A service: its name, what it is, and the services it waits for.

    `waited` says what those that come after it wait for.
    """

    name: str
    notes: tuple[str, ...]
    after: tuple[str, ...]
    waited: str


def nodes(image: Image) -> list[Node]:
    """Return the services of an image, each after those that it waits for."""
    if not image.services:
        return [Node(image.name.rsplit("/", 1)[-1], _notes(image), (), _waited(image))]
    waiting = {each.name: each for each in image.services}
    ordered: list[Node] = []
    while waiting:
        ready = [each for each in waiting.values() if waiting.keys().isdisjoint(each.after)]
        for each in ready:
            ordered.append(_node(each))
            del waiting[each.name]
    return ordered


def _node(service: Service) -> Node:
    return Node(service.name, _notes(service), tuple(service.after), _waited(service))


def _notes(service: Service | Image) -> tuple[str, ...]:
    kind = ("one-shot",) if service.one_shot else ()
    return (*kind, f"as {service.user}")


def _waited(service: Service | Image) -> str:
    if service.one_shot:
        return "has succeeded"
    if service.ready is None:
        return "is up for 3 s"
    kind = next((key for key in ("http", "port", "file") if service.ready.get(key)), "command")
    value = "" if kind == "command" else f" {service.ready[kind]}"
    return f"is ready ({kind}{value})"


def as_text(shown: Sequence[Node]) -> Iterator[str]:
    """Yield a line for each service, with what it waits for."""
    waited = {node.name: node.waited for node in shown}
    for node in shown:
        conditions = " and ".join(f"{name} {waited[name]}" for name in node.after)
        when = f"after {conditions}" if conditions else "at once"
        yield f"{node.name} ({', '.join(node.notes)}): {when}"


def as_mermaid(shown: Sequence[Node]) -> Iterator[str]:
    """Yield the lines of a flowchart of Mermaid."""
    ids = {node.name: f"s{index}" for index, node in enumerate(shown)}
    waited = {node.name: node.waited for node in shown}
    yield "flowchart TD"
    for node in shown:
        yield f'  {ids[node.name]}["{node.name}<br/>{", ".join(node.notes)}"]'
    for node in shown:
        for name in node.after:
            yield f'  {ids[name]} -->|"{_escaped(waited[name])}"| {ids[node.name]}'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def as_dot(shown: Sequence[Node]) -> Iterator[str]:
    """Yield the lines of a graph of Graphviz."""
    waited = {node.name: node.waited for node in shown}
    yield "digraph services {"
    yield "  node [shape=box];"
    for node in shown:
        label = f"{node.name}\n{', '.join(node.notes)}"
        yield f"  {_quoted(node.name)} [label={_quoted(label)}];"
    for node in shown:
        for name in node.after:
            label = f"[label={_quoted(waited[name])}]"
            yield f"  {_quoted(name)} -> {_quoted(node.name)} {label};"
    yield "}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""The parents of a project's images, where they are images of the same project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import Any

from nixgen.definitions.image import PulledImage
from nixgen.definitions.validation import refuse
from nixgen.errors import DefinitionError
from nixgen.language.marks import split_marks
from nixgen.language.syntax import Select, Variable

_PULLED = "pulled"


def refuse_wrong_parents(images: Mapping[str, Any]) -> None:
    """Refuse, with a DefinitionError, a parent that is not there, and images that need themselves.

    A parent is looked at where it is an attribute of `docker_images`.
    """
    parents = dict(_parents(images))
    for name, path in parents.items():
        if path not in _paths(images):
            raise _unknown(images, name, path)
    order = {name: [path[-1]] for name, path in parents.items() if len(path) == 1}
    try:
        TopologicalSorter(order).prepare()
    except CycleError as error:
        cycle = error.args[1][::-1]
        remedy = "give one of them another parent"
        if len(cycle) == 2:
            raise _refused(
                images, cycle[0], "another image than itself", cycle[0], remedy
            ) from None
        said = " from ".join(cycle)
        raise _refused(images, cycle[0], "an order without a cycle", said, remedy) from None


def _parents(images: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, image in images.items():
        parent = getattr(image, "from_image", None)
        if isinstance(parent, str):
            parts = split_marks(parent)
            parent = parts[0] if len(parts) == 1 else None
        node = parent.__nix__() if hasattr(parent, "__nix__") else parent
        if isinstance(node, Select) and node.target == Variable("dockerImages"):
            yield name, node.attributes


def _paths(images: Mapping[str, Any]) -> set[tuple[str, ...]]:
    return {
        (_PULLED, name) if isinstance(image, PulledImage) else (name,)
        for name, image in images.items()
    }


def _unknown(images: Mapping[str, Any], name: str, path: tuple[str, ...]) -> DefinitionError:
    known = {".".join(each): each for each in _paths(images)}
    shown = ".".join(path)
    remedy = f"define an image {shown} in the project"
    if (_PULLED, *path) in known.values():
        remedy = f"write docker_images.pulled.{shown}"
    elif near := get_close_matches(shown, known, n=1):
        remedy = f"did you mean docker_images.{near[0]}?"
    elif path[0] == _PULLED:
        remedy = f"define a PulledImage {path[-1]} in the project"
    return _refused(images, name, "an image of the project", f"docker_images.{shown}", remedy)


def _refused(
    images: Mapping[str, Any], name: str, expected: str, given: object, remedy: str
) -> DefinitionError:
    error = refuse(images[name], "from_image", expected, given, remedy=remedy)
    return error.located(attribute=name)

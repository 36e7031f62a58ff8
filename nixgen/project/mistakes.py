"""Mistakes in Python that definitions are often made with, told in words of the definitions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from attrs import fields, has

import nixgen
from nixgen import definitions
from nixgen.definitions import Project

_UNKNOWN = re.compile(  # Python 3.13 guesses too
    r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'(?:\. Did you mean .*)?"
)
_POSITIONAL = re.compile(r"(\w+)\.__init__\(\) takes \d+ positional arguments?.* given")
_MISSING = re.compile(r"(\w+)\.__init__\(\) missing \d+ required keyword-only arguments?: (.*)")
_NO_NAME = re.compile(r"name '(\w+)' is not defined")


def told(error: Exception) -> tuple[str, str | None]:
    """Return what is wrong, and what to write instead where that can be guessed."""
    said = str(error)
    if isinstance(error, TypeError):
        if found := _UNKNOWN.fullmatch(said):
            return _told_of_argument(*found.groups()) or _as_python_says(error)
        if (found := _POSITIONAL.fullmatch(said)) and _is_definition(found[1]):
            name = _arguments(found[1])[0]
            return f"{found[1]} takes its arguments by name alone", f"write {found[1]}({name}=...)"
        if (found := _MISSING.fullmatch(said)) and _is_definition(found[1]):
            return f"{found[1]} needs {found[2].replace(chr(39), '')}", None
    if isinstance(error, NameError) and (found := _NO_NAME.fullmatch(said)):
        return said, _near_name(found[1])
    return _as_python_says(error)


def _as_python_says(error: Exception) -> tuple[str, None]:
    return f"{type(error).__name__}: {error}", None


_NEAR = 0.65
"""How much of two names is the same when one may be a slip for the other: shell is no schedule."""


def _told_of_argument(kind: str, name: str) -> tuple[str, str | None] | None:
    if not _is_definition(kind):
        return None
    known = _arguments(kind)
    snake = re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", name)
    near = get_close_matches(snake, known, n=1, cutoff=_NEAR)
    remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"{kind} has no argument {name}", remedy


def _is_definition(kind: str) -> bool:
    return kind in definitions.__all__ and has(getattr(definitions, kind))


def _arguments(kind: str) -> list[str]:
    return [each.alias for each in fields(getattr(definitions, kind)) if each.init and each.alias]


def _near_name(name: str) -> str | None:
    if name in nixgen.__all__:
        return f"write: from nixgen import {name}"
    near = get_close_matches(name, nixgen.__all__, n=1)
    return f"did you mean {near[0]}?" if near else None


def other_project(module: dict[str, Any]) -> str | None:
    """Return the name of the only variable that holds a project, whatever it is called."""
    names = [name for name, value in module.items() if isinstance(value, Project)]
    return names[0] if len(names) == 1 else None


def repeated_images(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Yield each name that a project's dict of images has twice, and the lines of both."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == Project.__name__:
            for argument in node.keywords:
                if argument.arg == "images" and isinstance(argument.value, ast.Dict):
                    yield from _repeated(argument.value)


def _repeated(images: ast.Dict) -> Iterator[tuple[str, int, int]]:
    first: dict[str, int] = {}
    for key in images.keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            if key.value in first:
                yield key.value, first[key.value], key.lineno
            first.setdefault(key.value, key.lineno)

"""Mistakes in Python that definitions are often made with, told in words of the definitions."""

from __future__ import annotations

import ast
import re
import traceback
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from attrs import NOTHING, fields, frozen, has

import nixgen
from nixgen import definitions
from nixgen.definitions import Project

_UNKNOWN = re.compile(  # Python 3.13 guesses too
    r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'(?:\. Did you mean .*)?"
)
_POSITIONAL = re.compile(r"(\w+)\.__init__\(\) takes \d+ positional arguments?.* given")
_MISSING = re.compile(r"(\w+)\.__init__\(\) missing \d+ required keyword-only arguments?: (.*)")
_DASHED = re.compile(r"\b(pkgs|lib|docker_images)\.([A-Za-z_]\w*(?:-\w+)+)")
_NO_NAME = re.compile(r"name '(\w+)' is not defined")


def told(error: Exception, line: str) -> tuple[str, str | None]:
    """Return what is wrong, and what to write instead where that can be guessed.

    `line` is the text of the line that failed.
    """
    said = str(error)
    match error:
        case TypeError() if found := _UNKNOWN.fullmatch(said):
            return _told_of_argument(*found.groups()) or _as_python_says(error)
        case TypeError() if (found := _POSITIONAL.fullmatch(said)) and _is_definition(found[1]):
            name = _arguments_needed_first(found[1])[0]
            return f"{found[1]} takes its arguments by name alone", f"write {found[1]}({name}=...)"
        case TypeError() if (found := _MISSING.fullmatch(said)) and _is_definition(found[1]):
            names = found[2].replace("'", "")
            written = ", ".join(f"{name}=..." for name in re.split(r",? and |, ", names))
            return f"{found[1]} needs {names}", f"write {found[1]}({written})"
        case NameError() | TypeError() if minus := _minus(said, line):
            return minus
        case NameError() if found := _NO_NAME.fullmatch(said):
            return said, _near_name(found[1]) or f"define or import {found[1]} before this line"
        case TypeError() if "'NixValue' object is not iterable" in said:
            return (
                "what Nix knows cannot be looped over",
                "name the packages one by one, or write the loop in Nix: nix(...)",
            )
        case RecursionError():
            return _told_of_recursion(error)
        case ImportError() | AttributeError() | OSError() | KeyError():
            return _told_of_surroundings(error)
    return _as_python_says(error)


def _minus(said: str, line: str) -> tuple[str, str] | None:
    """Return that a minus stands in the name of a package, which Python takes for one."""
    for found in _DASHED.finditer(line):
        whole, owner, name = found[0], found[1], found[2]
        parts = name.split("-")[1:]
        if any(f"'{part}'" in said for part in parts) or "for -: 'NixValue'" in said:
            return f"Python reads a minus in {whole}", f'write {owner}["{name}"]'
    return None


def _told_of_recursion(error: RecursionError) -> tuple[str, str]:
    last = [frame.filename for frame in traceback.extract_tb(error.__traceback__)[-10:]]
    if any(Path(file).is_relative_to(Path(nixgen.__file__).parent) for file in last):
        return (
            "a value contains itself, or is nested too deep",
            "keep it to some hundred levels, and out of itself",
        )
    return "functions call themselves without an end", "let the recursion end"


def _told_of_surroundings(error: Exception) -> tuple[str, str | None]:
    match error:
        case ModuleNotFoundError(name=str(name)):
            return (
                f"there is no module {name}",
                f"install it where nixgen is installed, or write {name}.py beside images.py",
            )
        case ImportError(name="nixgen") if found := re.match(
            r"cannot import name '(\w+)'", str(error)
        ):
            return f"nixgen has no {found[1]}", _near_public(found[1])
        case AttributeError(name=str(name), obj=owner) if owner is nixgen:
            return f"nixgen has no {name}", _near_public(name)
        case FileNotFoundError(filename=str(name)):
            return (
                f"{name}: there is no such file",
                "paths begin in the folder that nixgen runs in; write "
                "Path(__file__).parent / ... for one of the project",
            )
        case KeyError(args=(str(name),)) if name.isupper():
            return (
                f"there is no {name}",
                f'set the variable of that name, or write os.environ.get("{name}", ...)',
            )
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
    near = get_close_matches(snake, known, n=1, cutoff=0.7)
    remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    if snake not in known and (meant := _ELSEWHERE.get(snake)) and kind in meant[0]:
        remedy = meant[1]
    elif snake not in known and (owner := _owner_of(snake)):
        remedy = f"it belongs to {owner}"
    return f"{kind} has no argument {name}", remedy


_IMAGES = ("Image", "LayeredImage")
_SERVICES = ("Image", "Service")
_ELSEWHERE: dict[str, tuple[tuple[str, ...], str]] = {
    "base": (_IMAGES, "write from_image=docker_images.NAME"),
    "cmd": (_SERVICES, "write command=..."),
    "copy": (_IMAGES, "write files={...}"),
    "depends_on": (_SERVICES, 'write after=["..."] in the Service that waits'),
    "entrypoint": (_SERVICES, "write command=..."),
    "env": (_SERVICES, "write environment={...}"),
    "env_file": (_SERVICES, "write environment_file=..."),
    "expose": (_IMAGES, 'write config={"ExposedPorts": {"80/tcp": {}}}'),
    "healthcheck": (("Image",), "write health_check={...}"),
    "image": (_IMAGES, "write from_image=docker_images.NAME"),
    "packages": (
        ("Image", "LayeredImage", "Project", "NixpkgsPackageSet"),
        "an image has contents=[pkgs.NAME, ...], a project "
        "package_set=DebianPackageSet(packages=[...])",
    ),
    "ports": (_IMAGES, 'write config={"ExposedPorts": {"80/tcp": {}}}'),
    "restart": (_SERVICES, 'write on_failure="restart" or on_failure="exit"'),
    "volumes": (_IMAGES, 'write config={"Volumes": {"/data": {}}}'),
    "workdir": (_SERVICES, 'write chdir="/..."'),
    "working_dir": (_SERVICES, 'write chdir="/..."'),
}
"""By names of other tools: the definitions that have something like it, and what to write."""


def _owner_of(name: str) -> str | None:
    owners = [kind for kind in ("Image", "Service") if name in _arguments(kind)]
    return " or ".join(owners) or None


def _is_definition(kind: str) -> bool:
    return kind in definitions.__all__ and has(getattr(definitions, kind))


def _arguments(kind: str) -> list[str]:
    return [each.alias for each in fields(getattr(definitions, kind)) if each.init and each.alias]


def _arguments_needed_first(kind: str) -> list[str]:
    known = [each for each in fields(getattr(definitions, kind)) if each.init and each.alias]
    return [each.alias for each in sorted(known, key=lambda each: each.default is not NOTHING)]


def _near_name(name: str) -> str | None:
    if name in nixgen.__all__:
        return f"write: from nixgen import {name}"
    near = _near(name, 0.7)
    return f"did you mean {near}?" if near else None


def _near_public(name: str) -> str:
    near = _near(name, 0.6)
    return f"did you mean {near}?" if near else f"there are {', '.join(nixgen.__all__)}"


def _near(name: str, cutoff: float) -> str | None:
    by_lower_case = {each.lower(): each for each in nixgen.__all__}
    near = get_close_matches(name.lower(), by_lower_case, n=1, cutoff=cutoff)
    return by_lower_case[near[0]] if near else None


def remedy_without_project(module: dict[str, Any]) -> str:
    """Return what to write where the variable `project` holds none."""
    if callable(module.get("project")):
        return "give the function another name, and write: project = NAME()"
    names = [name for name, value in module.items() if isinstance(value, Project)]
    if names:
        return f"call {' or '.join(names)} `project`"
    return "write: project = Project(images={...})"


@frozen
class RepeatedKey:
    """A key that a dict has twice, and the lines of both."""

    name: str
    first: int
    second: int
    is_image: bool


def repeated_keys(tree: ast.Module) -> Iterator[RepeatedKey]:
    """Yield each string that is twice a key of one dict."""
    images = {id(each) for each in dicts_of_images(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for name, first, second in _repeated(node):
                yield RepeatedKey(name, first, second, id(node) in images)


def dicts_of_images(tree: ast.Module) -> Iterator[ast.Dict]:
    """Yield the dicts that hold a project's images: its argument, or full of images by calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == Project.__name__:
            for argument in node.keywords:
                if argument.arg == "images" and isinstance(argument.value, ast.Dict):
                    yield argument.value
        elif isinstance(node, ast.Dict) and any(map(_makes_image, node.values)):
            yield node


def _makes_image(node: ast.expr) -> bool:
    name = getattr(node.func, "id", None) if isinstance(node, ast.Call) else None
    return name in {"Image", "LayeredImage", "PulledImage"}


def _repeated(images: ast.Dict) -> Iterator[tuple[str, int, int]]:
    first: dict[str, int] = {}
    for key in images.keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            if key.value in first:
                yield key.value, first[key.value], key.lineno
            first.setdefault(key.value, key.lineno)

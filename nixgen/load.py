"""Read a project from its definitions file, and say what is wrong in it by file and line."""

from __future__ import annotations

import ast
import sys
import traceback
from pathlib import Path
from types import ModuleType

from nixgen.definitions import Project
from nixgen.errors import DefinitionError, Location, NixgenError, Problem

DEFINITIONS_FILE = "images.py"
_IMAGE_CLASSES = {"Image", "LayeredImage", "PulledImage"}


class LoadError(NixgenError):
    """The definitions file is missing, is not Python, or fails."""

    exit_status = DefinitionError.exit_status


def load_project(folder: Path) -> Project:
    """Run the folder's images.py and return the project in it.

    Raises LoadError when there is no such file, when it is no Python, fails, or holds no
    project, and DefinitionError when a definition in it is wrong.
    """
    file = folder / DEFINITIONS_FILE
    source = _read(file)
    module = ModuleType("images")
    module.__file__ = str(file)
    _run(source, module, folder)
    project = getattr(module, "project", None)
    if not isinstance(project, Project):
        given = "there is none" if project is None else f"it is a {type(project).__name__}"
        raise LoadError(
            f"{DEFINITIONS_FILE}: expected a Project in the variable `project`, {given}\n"
            "  write: project = Project(images={...})"
        )
    return project


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LoadError(
            f"{file}: there is no definitions file\n"
            "  run nixgen in the project's folder or name it with --project; "
            "`nixgen init` makes a new project"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise LoadError(f"{file}: the definitions file cannot be read: {error}") from None


def _run(source: str, module: ModuleType, folder: Path) -> None:
    sys.path.insert(0, str(folder))
    try:
        exec(compile(source, DEFINITIONS_FILE, "exec"), module.__dict__)  # noqa: S102 (their own file)
    except SyntaxError as error:
        name = error.filename or DEFINITIONS_FILE
        text = "" if name != DEFINITIONS_FILE else source.splitlines()[(error.lineno or 1) - 1]
        raise LoadError(f"{name}:{error.lineno}: {error.msg}\n  {text.strip()}") from None
    except DefinitionError as error:
        located = error.located(location=_innermost(error))
        raise located.located(attribute=_enclosing_image(source, located.problem)) from None
    except NixgenError as error:
        raise LoadError(f"{_innermost(error)}: {error}") from None
    except Exception as error:
        raise LoadError(f"{_innermost(error)}: {type(error).__name__}: {error}") from None
    finally:
        sys.path.remove(str(folder))


def _innermost(error: Exception) -> Location:
    """Return the line of the user's code that the error comes from, nixgen's own left out."""
    package = str(Path(__file__).parent)
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((package, "<attrs generated", "<frozen"))
    ]
    return (
        Location(frames[-1].filename, frames[-1].lineno or 0)
        if frames
        else Location(DEFINITIONS_FILE, 1)
    )


def _enclosing_image(source: str, problem: Problem) -> str | None:
    """Return the attribute whose image, in the text of the definitions file, holds the line.

    A definition is made before the project gives it its attribute, so only the text tells it.
    """
    location = problem.location
    if location is None or location.file != DEFINITIONS_FILE:
        return None
    if problem.image is None and problem.service is None:
        return None
    images = [
        key.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Call)
        if isinstance(value.func, ast.Name) and value.func.id in _IMAGE_CLASSES
        if value.lineno <= location.line <= (value.end_lineno or value.lineno)
    ]
    return str(images[0]) if images else None

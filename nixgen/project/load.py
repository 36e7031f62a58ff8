"""Read a project from its definitions file, and say what is wrong in it by file and line."""

from __future__ import annotations

import ast
import os
import sys
import tokenize
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType

from nixgen.definitions import Project
from nixgen.definitions.files import files_of
from nixgen.errors import DefinitionError, Location, NixgenError
from nixgen.project import mistakes

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
        other = mistakes.other_project(vars(module))
        raise LoadError(
            f"{DEFINITIONS_FILE}: expected a Project in the variable `project`, {given}",
            f"call `{other}` `project`" if other else "write: project = Project(images={...})",
        )
    return project


def _read(file: Path) -> str:
    try:
        with tokenize.open(file) as opened:  # as Python reads its files: a BOM, a coding cookie
            return opened.read()
    except FileNotFoundError:
        raise LoadError(
            f"{file}: there is no definitions file",
            "run nixgen in the project's folder or name it with --project; "
            "`nixgen init` makes a new project",
        ) from None
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise LoadError(f"{file}: the definitions file cannot be read: {error}") from None


def _run(source: str, module: ModuleType, folder: Path) -> None:
    sys.modules[module.__name__] = module
    try:
        tree = ast.parse(source, DEFINITIONS_FILE)
        _refuse_repeated_images(tree)
        with _surroundings(folder), files_of(folder), redirect_stdout(sys.stderr):
            exec(compile(tree, DEFINITIONS_FILE, "exec"), module.__dict__)  # noqa: S102 (their own file)
    except SyntaxError as error:
        name, line = error.filename or DEFINITIONS_FILE, error.lineno or 1
        text = source.splitlines()[line - 1].strip() if name == DEFINITIONS_FILE else ""
        raise LoadError(f"{name}:{line}: {error.msg}", text) from None
    except DefinitionError as error:
        located = error.located(location=_innermost(error, folder))
        problem = located.problem
        if problem.image is not None or problem.service is not None:
            located = located.located(attribute=_enclosing_image(source, problem.location))
        raise located from None
    except LoadError:
        raise
    except NixgenError as error:
        raise LoadError(f"{_innermost(error, folder)}: {error}") from None
    except SystemExit as ending:
        place = _innermost(ending, folder)
        raise LoadError(f"{place}: the definitions end the program (sys.exit)") from None
    except Exception as error:
        place = _innermost(error, folder)
        attribute = _enclosing_image(source, place)
        owner = f"dockerImages.{attribute}: " if attribute else ""
        what, remedy = mistakes.told(error)
        raise LoadError(f"{place}: {owner}{what}", remedy) from None


def _refuse_repeated_images(tree: ast.Module) -> None:
    for name, first, second in mistakes.repeated_images(tree):
        place = Location(DEFINITIONS_FILE, second)
        raise LoadError(
            f"{place}: dockerImages.{name}: defined twice; Python would forget line {first}",
            "give one of the two another name",
        )


@contextmanager
def _surroundings(folder: Path) -> Iterator[None]:
    """Let the definitions import their neighbours; undo what they do to paths."""
    path, current = sys.path[:], Path.cwd()
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path[:] = path
        os.chdir(current)


def _innermost(error: BaseException, folder: Path) -> Location:
    """Return the line of the project's own code that the error comes from."""
    location = Location(DEFINITIONS_FILE, 1)
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if frame.filename == DEFINITIONS_FILE:
            location = Location(DEFINITIONS_FILE, frame.lineno or 1)
        elif file.is_relative_to(folder.resolve()):
            location = Location(str(file.relative_to(folder.resolve())), frame.lineno or 1)
    return location


def _enclosing_image(source: str, location: Location | None) -> str | None:
    """Return the attribute whose image, in the text of the definitions file, holds the line.

    A definition is made before the project gives it its attribute, so only the text tells it.
    """
    if location is None or location.file != DEFINITIONS_FILE:
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

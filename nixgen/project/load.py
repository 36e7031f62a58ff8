"""Read a project from its definitions file, and say what is wrong in it by file and line."""

from __future__ import annotations

import ast
import os
import sys
import tokenize
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from types import ModuleType

from nixgen.definitions import Project
from nixgen.definitions.files import files_of
from nixgen.errors import DefinitionError, Location, NixgenError, remedy_lines
from nixgen.project import mistakes
from nixgen.project.remedies import usual_remedy
from nixgen.project.several import Cuts, place_in

DEFINITIONS_FILE = "images.py"
_MOST_MISTAKES = 20


class LoadError(NixgenError):
    """The definitions file is missing, is not Python, or fails."""

    exit_status = DefinitionError.exit_status


def load_project(folder: Path) -> Project:
    """Run the folder's images.py and return the project in it.

    Raises LoadError when there is no such file, when it is no Python, fails, or holds no
    project, and DefinitionError when a definition in it is wrong. Where several are wrong, the
    message tells of all that can be seen at once.
    """
    file = folder / DEFINITIONS_FILE
    source = _read(file)
    try:
        return _project_of(_parsed(source), source, folder)
    except _FailureError as failure:
        first = failure
    others = _further(first, source, folder)
    if not others:
        raise first.error from None
    said = dict.fromkeys(map(str, (first.error, *others)))
    raise LoadError("\n".join(said)) from None


class _FailureError(Exception):
    """The definitions fail: what is said of it, and the exception that it came of."""

    def __init__(self, error: NixgenError, cause: BaseException) -> None:
        super().__init__(str(error))
        self.error = error
        self.cause = cause


def _further(first: _FailureError, source: str, folder: Path) -> list[NixgenError]:
    """Return what else is wrong, behind what failed first."""
    failure, cuts, found = first, Cuts(_parsed(source)), list[NixgenError]()
    for _ in range(_MOST_MISTAKES):
        place = place_in(DEFINITIONS_FILE, failure.cause.__traceback__)
        if failure is not first and not cuts.follows(failure.cause, place):
            found.append(failure.error)
        if not cuts.take_out(place):
            break
        try:
            with redirect_stderr(StringIO()):  # they print a second time
                _project_of(cuts.tree, source, folder)
        except _FailureError as another:
            failure = another
        except LoadError:
            break
        else:
            break
    return found


def _project_of(tree: ast.Module, source: str, folder: Path) -> Project:
    module = ModuleType("images")
    module.__file__ = str((folder / DEFINITIONS_FILE).absolute())
    _run(tree, source, module, folder)
    project = getattr(module, "project", None)
    if not isinstance(project, Project):
        given = "there is none" if project is None else f"it is a {type(project).__name__}"
        raise LoadError(
            f"{DEFINITIONS_FILE}: expected a Project in the variable `project`, {given}",
            mistakes.remedy_without_project(vars(module)),
        )
    return project


def _read(file: Path) -> str:
    try:
        with tokenize.open(file) as opened:  # as Python reads its files: a BOM, a coding cookie
            return opened.read()
    except FileNotFoundError:
        raise LoadError(
            f"{file}: there is no definitions file",
            _where_else(file),
        ) from None
    except OSError as error:
        raise LoadError(
            f"{file}: the definitions file cannot be read: {error.strerror}",
            "make it a file of Python that you may read; `nixgen init` shows one",
        ) from None
    except (SyntaxError, UnicodeDecodeError) as error:
        raise LoadError(
            f"{file}: the definitions file cannot be read: {error}", "save it as text in UTF-8"
        ) from None


def _where_else(file: Path) -> str:
    """Return where the definitions may be, when they are not where they were looked for."""
    folder = file.parent.absolute()
    for parent in folder.parents:
        if (parent / file.name).is_file():
            return f"there is one in {parent}: run nixgen there, or with --project {parent}"
    near = get_close_matches(file.name, [each.name for each in folder.glob("*.py")], cutoff=0.7)
    if near:
        return f"call {near[0]} {file.name}"
    return (
        "run nixgen in the project's folder or name it with --project; "
        "`nixgen init` makes a new project"
    )


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source, DEFINITIONS_FILE)
    except SyntaxError as error:
        raise _syntax_error(error, source, Path()) from None


def _syntax_error(error: SyntaxError, source: str, folder: Path) -> LoadError:
    name, line = error.filename or DEFINITIONS_FILE, error.lineno or 1
    text = source.splitlines()[line - 1] if name == DEFINITIONS_FILE else error.text
    place = _shown(Location(name, line), folder)
    return LoadError(f"{place}: {error.msg}", (text or "").strip() or None)


def _run(tree: ast.Module, source: str, module: ModuleType, folder: Path) -> None:
    sys.modules[module.__name__] = module
    known = set(sys.modules)
    try:
        _refuse_repeated_keys(tree, DEFINITIONS_FILE)
        with _surroundings(folder), files_of(folder), redirect_stdout(sys.stderr):
            exec(compile(tree, DEFINITIONS_FILE, "exec"), module.__dict__)  # noqa: S102 (their own file)
        _refuse_repeated_keys_of_modules(set(sys.modules) - known, folder)
    except SyntaxError as error:
        raise _syntax_error(error, source, folder) from None
    except LoadError:
        raise
    except SystemExit as ending:
        place = _innermost(ending, folder)
        raise LoadError(
            f"{place}: the definitions end the program (sys.exit)",
            "take sys.exit out: an exception, such as RuntimeError, tells what is wrong",
        ) from None
    except Exception as error:
        raise _FailureError(_explained(error, source, folder), error) from None


def _explained(error: Exception, source: str, folder: Path) -> NixgenError:
    """Return what is said of an error that the definitions end with."""
    place = _innermost(error, folder)
    attribute = _enclosing_image(source, place)
    if isinstance(error, DefinitionError):
        located = error.located(location=place)
        places = [_shown(each.location, folder) for each in (located.problem, *located.others)]
        problems = [
            replace(each, location=shown, remedy=each.remedy or usual_remedy(each))
            for each, shown in zip((located.problem, *located.others), places, strict=True)
        ]
        of_image = any(each.image is not None or each.service is not None for each in problems)
        if of_image:
            attribute = _enclosing_image(source, places[0]) or _calling_image(error, source)
            problems = [replace(each, attribute=each.attribute or attribute) for each in problems]
        return DefinitionError(*problems)
    if isinstance(error, NixgenError):
        return LoadError(f"{place}: {error}")
    owner = f"dockerImages.{attribute}: " if attribute else ""
    what, remedy = mistakes.told(error, _line(place, source, folder))
    return LoadError(f"{place}: {owner}{what}", remedy)


def _line(place: Location, source: str, folder: Path) -> str:
    text = source if place.file == DEFINITIONS_FILE else _read(folder / place.file)
    return "".join(text.splitlines()[place.line - 1 : place.line])


def _refuse_repeated_keys_of_modules(names: set[str], folder: Path) -> None:
    """Look at the project's own modules; what is installed below its folder is not."""
    for name in sorted(names):
        file = Path(getattr(sys.modules.get(name), "__file__", None) or "/")
        is_own = file.suffix == ".py" and file.is_relative_to(folder.absolute())
        if is_own and "site-packages" not in file.parts and name.partition(".")[0] != "nixgen":
            shown = str(file.relative_to(folder.absolute()))
            _refuse_repeated_keys(ast.parse(_read(file)), shown)


def _refuse_repeated_keys(tree: ast.Module, file: str) -> None:
    found = list(mistakes.repeated_keys(tree))
    if not found:
        return
    said = []
    for each in found:
        place = Location(file, each.second)
        what = f"dockerImages.{each.name}: defined" if each.is_image else f"{each.name!r}: given"
        remedy = "give one of the two another name" if each.is_image else "take one of the two out"
        said.append(
            f"{place}: {what} twice; Python would forget line {each.first}{remedy_lines(remedy)}"
        )
    raise LoadError("\n".join(said))


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
        place = _shown(Location(frame.filename, frame.lineno or 1), folder)
        if place and not Path(place.file).is_absolute() and not place.file.startswith("<"):
            location = place
    return location


def _shown(place: Location | None, folder: Path) -> Location | None:
    """Return the place with the file's name as seen from the project's folder."""
    for base in (folder.absolute(), folder.resolve()):
        if place and Path(place.file).is_relative_to(base):
            return Location(str(Path(place.file).relative_to(base)), place.line)
    return place


def _calling_image(error: BaseException, source: str) -> str | None:
    """Return the attribute whose image, in the definitions file, called what failed elsewhere."""
    place = place_in(DEFINITIONS_FILE, error.__traceback__)
    return _enclosing_image(source, place and Location(DEFINITIONS_FILE, place[0]))


def _enclosing_image(source: str, location: Location | None) -> str | None:
    """Return the attribute whose image, in the text of the definitions file, holds the line.

    A definition is made before the project gives it its attribute, so only the text tells it.
    """
    if location is None or location.file != DEFINITIONS_FILE:
        return None
    tree = ast.parse(source)
    dicts = {id(each) for each in mistakes.dicts_of_images(tree)}
    images = [
        key.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and id(node) in dicts
        if value.lineno <= location.line <= (value.end_lineno or value.lineno)
    ]
    return str(images[0]) if images else None

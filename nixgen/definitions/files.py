"""Files that an image is to have: of the project, or with a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, cast

from attrs import asdict, frozen

from nixgen.definitions.kinds import ListOf
from nixgen.definitions.validation import Text, frozen_value, is_literal

_PROJECT: ContextVar[Path | None] = ContextVar("project", default=None)


@frozen
class File:
    """A file or folder of the project, `File("./app")`, or a text, `File(text="...")`.

    What git ignores, .git and __pycache__ stay out, and so does what fits one of the patterns of
    `exclude` (as in a .gitignore file). `mode` holds the bits of files, such as 0o640; `owner` is
    "root", "nobody", one of the image's `users` or a number, perhaps with a colon and the group's.
    The image's rules for `files` check them.
    """

    source: str | None = None
    """A file or folder of the project; what git ignores stays out."""
    text: Text | None = None
    """What the file says."""
    mode: int | None = None
    """The bits of files, such as 0o640; folders may be entered wherever they may be read."""
    owner: str | None = None
    """Whose it is, and the group, which has the same number unless it is named."""
    exclude: ListOf[str] | None = None
    """Patterns, as in a .gitignore file, of what stays out."""


Files = Mapping[str, str | File | Mapping[str, Any]]
"""Files by their absolute paths in the image; a string is a `File` with that source."""


@contextmanager
def files_of(folder: Path) -> Iterator[None]:
    """Let definitions look for their files in the folder, the project's."""
    token = _PROJECT.set(folder)
    try:
        yield
    finally:
        _PROJECT.reset(token)


def to_files(value: object) -> Any:
    """Return the argument `files` as the rules know it: a dict for each file."""
    if not isinstance(value, Mapping):
        return value
    return frozen_value({target: _to_file(file) for target, file in value.items()})


def _to_file(file: object) -> object:
    if isinstance(file, File):
        return {name: given for name, given in asdict(file).items() if given is not None}
    return {"source": file} if isinstance(file, str) else file


def to_environment_file(value: object) -> Any:
    """Return the argument `environment_file` as the rules know it: a dict for a project's file."""
    if isinstance(value, File) or (isinstance(value, str) and value.startswith("./")):
        return frozen_value(_to_file(value))
    return value


def placed(files: Files) -> Mapping[str, Mapping[str, Any]]:
    """Return an image's files, which `to_files` has made dicts."""
    return cast(Mapping[str, Mapping[str, Any]], files)


def missing_source(file: Mapping[str, Any]) -> str | None:
    """Return the source of the file if the project, where it is known, has none of that name."""
    source, project = file.get("source"), _PROJECT.get()
    if project is None or not is_literal(source):
        return None
    found = project / source
    return None if found.exists() and not found.is_symlink() else str(source)


def within_project(path: str) -> str | None:
    """Return the path below the project, where it is known, of an absolute path that lies in it."""
    project = _PROJECT.get()
    if project is None or not Path(path).is_relative_to(project.resolve()):
        return None
    return str(Path(path).relative_to(project.resolve()))

"""The folder that --project names, before anything is done in it."""

from __future__ import annotations

import os
from pathlib import Path

from nixgen.errors import UsageError


def require_folder(folder: Path, *, may_be_made: bool = False) -> None:
    """Raise UsageError unless the folder is there, or may be made, and can be entered."""
    _require_current_folder()
    try:
        found = next(path for path in (folder, *folder.absolute().parents) if _exists(path))
    except OSError as error:
        raise UsageError(f"{folder}: the folder cannot be entered: {error.strerror}") from None
    if not found.is_dir():
        raise UsageError(
            f"{found}: expected a folder, got a file", "name another folder with --project"
        )
    if found != folder and not may_be_made:
        raise UsageError(
            f"{folder}: there is no such folder",
            "name the project's folder with --project;"
            f" `nixgen --project {folder} init` makes it, with a new project",
        )
    if found == folder and not os.access(folder, os.R_OK | os.X_OK):
        raise UsageError(
            f"{folder}: the folder cannot be entered: Permission denied",
            "give yourself the right to read it",
        )


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _require_current_folder() -> None:
    try:
        Path.cwd()
    except FileNotFoundError:
        raise UsageError(
            "the current folder does not exist any more", "change into one that does"
        ) from None

"""Roots of Nix's garbage collector, held while a command works.

Each running command has a folder of its own for them, and keeps it locked; the lock ends with the
process. So a later command can tell what a killed one left behind. The folders are numbered and
used again, because Nix remembers the path of each root until the next collection.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from attrs import define

from nixgen.errors import UsageError
from nixgen.files.atomic_write import write_atomically
from nixgen.files.own_folder import OWN_FOLDER

_NAME = "roots"
_ROOT = "root:"  # no store path begins so
_SAYS_MISSING = re.compile(
    r"missing derivation|No such file or directory|is not valid|does not exist"
)
_STORE_PATH = re.compile(r"/[^\s']*/[0-9a-df-np-sv-z]{32}-[\w+.?=-]+")


@define
class Roots:
    """A folder for the links that keep store paths from being collected."""

    folder: Path
    _calls: int = 0

    def words(self) -> list[str]:
        """Return the words that let a program of Nix make roots; it prints those in turn."""
        self._calls += 1
        return ["--add-root", str(self.folder / str(self._calls)), "--indirect"]

    def resolve(self, printed: str) -> list[str]:
        """Return the store paths of the roots that a program of Nix printed, one a line."""
        # The folder may be called anything: with a line's end, with `!`, in no encoding.
        folder = os.fsencode(self.folder).decode(errors="replace")
        lines = printed.replace(f"{folder}/", _ROOT).split("\n")[:-1]
        paths = (line.partition("!")[0] for line in lines)  # the name of an output follows
        return [
            str((self.folder / path.removeprefix(_ROOT)).readlink())
            if path.startswith(_ROOT)
            else path
            for path in paths
        ]


def is_collected(message: str) -> bool:
    """Tell whether the message of a failure speaks of a store path that is not there.

    Nix tells a garbage collector which paths it writes. One that begins in the same millisecond
    may not hear of it, and not see the root yet either.
    """
    return _SAYS_MISSING.search(message) is not None and not all(
        map(os.path.lexists, _STORE_PATH.findall(message))
    )


@contextmanager
def held_roots(project: Path) -> Iterator[Roots]:
    """Give a folder for roots, which end with the block.

    It is the project's if that can be written, otherwise one beside other temporary files. Roots of
    commands that were killed are removed from there. Raises OSError when neither can be written.
    """
    parent = _writable_parent(project)
    folder, lock = _take(parent)
    try:
        _clear(folder)
        _clear_abandoned(parent)
        yield Roots(folder)
    finally:
        _clear(folder)
        os.close(lock)


def _writable_parent(project: Path) -> Path:
    own = os.path.abspath(project / OWN_FOLDER)  # noqa: PTH100 (without `..`, as Nix prints it)
    parent = Path(own, _NAME)
    if parent.parent.is_dir():  # a new folder there would be a change that git shows
        with suppress(OSError, UsageError):
            parent.mkdir(exist_ok=True)
            if not (ignored := parent / ".gitignore").exists():
                write_atomically(ignored, b"*\n")
            if os.access(parent, os.W_OK | os.X_OK):
                return parent
    return _temporary_parent()


def _temporary_parent() -> Path:
    """Return this user's own folder beside other temporary files, or a new one without a name."""
    parent = Path(tempfile.gettempdir(), f"nixgen-roots-{os.geteuid()}")
    with suppress(OSError):
        parent.mkdir(mode=0o700, exist_ok=True)
        found = parent.lstat()
        if found.st_uid == os.geteuid() and found.st_mode == stat.S_IFDIR | 0o700:
            return parent
    return Path(tempfile.mkdtemp(prefix="nixgen-roots-"))


def _take(parent: Path) -> tuple[Path, int]:
    """Lock the first folder that is free; return it, and the descriptor that holds the lock."""
    for number in count():
        folder = parent / str(number)
        folder.mkdir(exist_ok=True)
        lock = _lock(folder)
        if lock is not None:
            return folder, lock
    raise AssertionError


def _lock(folder: Path) -> int | None:
    """Lock the folder unless another process has, or it is another user's."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _clear_abandoned(parent: Path) -> None:
    for folder in parent.iterdir():
        if folder.name.isdecimal() and (lock := _lock(folder)) is not None:
            _clear(folder)
            os.close(lock)


def _clear(folder: Path) -> None:
    with suppress(OSError):
        for root in folder.iterdir():
            root.unlink(missing_ok=True)

"""Tell what a killed run left behind from what a running one still needs, by a lock.

Whoever makes a temporary file or folder holds a lock on it; the lock ends with the process.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

APT_FOLDER = "nixgen-apt-"
SEED_FOLDER = "nixgen-busybox-"
OTHER_FOLDER = "nixgen-temporary-"
"""How the names begin of temporary folders."""


def hold(descriptor: int) -> bool:
    """Lock the open file or folder; return False when it was removed before that was done."""
    with suppress(OSError):  # a file system without locks: nothing is removed there
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return os.fstat(descriptor).st_nlink > 0


def remove_left_over(paths: Iterable[Path]) -> None:
    """Remove those of the files and folders that are this user's and that nobody holds."""
    for path in paths:
        with suppress(OSError):  # held, somebody else's, a link, or gone by now
            _remove_unheld(path)


def remove_left_over_folders(place: str | None = None) -> None:
    """Remove the temporary folders of killed runs, from the usual place unless one is named."""
    for prefix in (APT_FOLDER, SEED_FOLDER, OTHER_FOLDER):
        remove_left_over(Path(place or gettempdir()).glob(f"{prefix}*"))


@contextmanager
def temporary_folder(prefix: str = OTHER_FOLDER, place: str | None = None) -> Iterator[Path]:
    """Give a temporary folder that is removed at the end, by the next run if this one is killed."""
    remove_left_over_folders(place)
    made, descriptor = _make_held_folder(prefix, place)
    try:
        with made as folder:
            yield Path(folder)
    finally:
        os.close(descriptor)


def _make_held_folder(prefix: str, place: str | None) -> tuple[TemporaryDirectory[str], int]:
    while True:
        made = TemporaryDirectory(prefix=prefix, dir=place)
        with suppress(FileNotFoundError):
            descriptor = os.open(made.name, os.O_RDONLY | os.O_DIRECTORY)
            if hold(descriptor):
                return made, descriptor
            os.close(descriptor)
        made.cleanup()


def _remove_unheld(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            return
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    finally:
        os.close(descriptor)

"""Folders that are there while commands run in an image, and as before afterwards."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from image_layers.unpacking import open_folder


@contextlib.contextmanager
def mount_points(root: int, paths: Sequence[str]) -> Iterator[None]:
    """Make folders where they are missing below the open folder `root`.

    What else is there, such as a link, is put aside meanwhile. Folders that were made are removed
    again unless something was put into them.
    """
    points = _MountPoints(root)
    for path in paths:
        points.make(path.split("/"))
    yield
    points.restore()


@dataclass
class _MountPoints:
    root: int
    _made: list[list[str]] = field(default_factory=list)
    _aside: list[list[str]] = field(default_factory=list)

    def make(self, names: list[str]) -> None:
        for length in range(1, len(names) + 1):
            self._make(names[:length])

    def _make(self, names: list[str]) -> None:
        *above, name = names
        with self._open(above) as folder:
            with contextlib.suppress(FileNotFoundError):
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    return
                os.rename(name, _aside(name), src_dir_fd=folder, dst_dir_fd=folder)
                self._aside.append(names)
            os.mkdir(name, 0o755, dir_fd=folder)
            self._made.append(names)

    def restore(self) -> None:
        for *above, name in reversed(self._made):
            with contextlib.suppress(OSError), self._open(above) as folder:
                os.rmdir(name, dir_fd=folder)
        for *above, name in reversed(self._aside):
            with contextlib.suppress(OSError), self._open(above) as folder:
                os.rename(_aside(name), name, src_dir_fd=folder, dst_dir_fd=folder)

    @contextlib.contextmanager
    def _open(self, names: list[str]) -> Iterator[int]:
        with contextlib.ExitStack() as stack:
            folder = self.root
            for name in names:
                folder = stack.enter_context(open_folder(name, folder))
            yield folder


def _aside(name: str) -> str:
    return f".put-aside-{name}"

"""The folder of what is one machine's own, in which many commands may write at once.

Files lie in a folder below until they are whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from nixgen.files.atomic_write import refusal, write_atomically
from nixgen.files.folder_lock import locked
from nixgen.files.left_over import remove_left_over

OWN_FOLDER = ".nixgen"
"""Its name in a project; git ignores it."""

_INCOMING = "incoming"


@frozen
class OwnFolder:
    """Such a folder, to be written by one process at a time."""

    path: Path

    @contextmanager
    def written(self) -> Iterator[None]:
        """Keep others from writing and from reading the folder's files until the end of the block.

        Raises UsageError when the folder cannot be made.
        """
        incoming = self.path / _INCOMING
        try:
            incoming.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refusal(incoming, error) from None
        with locked(incoming):
            remove_left_over(incoming.iterdir())
            yield

    def write(self, name: str, contents: bytes, *, mode: int = 0o644) -> None:
        """Write a file of the folder, whole or not at all, within `written`. Raises UsageError."""
        write_atomically(self.path / name, contents, mode=mode, by_way_of=self.path / _INCOMING)

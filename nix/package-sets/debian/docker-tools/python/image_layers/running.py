"""Run commands in an image, and make a layer of what they change."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from image_layers.comparing import Comparison
from image_layers.errors import ImageError
from image_layers.mount_points import mount_points
from image_layers.reading import add_contents, add_layer
from image_layers.tree import Image, Inode, Kind, Node
from image_layers.unpacking import STORE, open_folder, unpack
from image_layers.writing import write_layer

_MOUNTED = ("dev", "proc", "sys", "nix/store", "tmp")
# A clock of the kernel's ticks at least a hundred times a second (CONFIG_HZ).
_TICK = 0.02


@dataclass(frozen=True)
class Run:
    """What runs where: commands, each with its arguments, on the layers of an image.

    `contents` are an archive of files that are put into it before, and belong to what has changed.
    `owner` is the user and the group of the store's folders, where the image has none.
    """

    layers: Sequence[Path]
    contents: Path
    commands: Sequence[Sequence[str]]
    owner: tuple[int, int]

    def write_changes(self, folder: str, mtime: int, stream: BinaryIO) -> None:
        """Unpack the image into an empty folder, run the commands, and write the layer.

        Raises ImageError when a layer is damaged or a command fails.
        """
        image = Image()
        for layer in self.layers:
            add_layer(image, layer)
        before = image.root.copy()
        add_contents(image, self.contents)
        _print_notes(image)
        unpack(image.root, folder)
        with open_folder(folder) as root:
            comparison = Comparison(root)
            comparison.remember(image.root)
            _wait_after(comparison.latest_change)
            with mount_points(root, _MOUNTED):
                for command in self.commands:
                    _run(command)
            changes = comparison.changes(before)
            self._add_store(changes, before)
            write_layer(changes, mtime, stream)

    def _add_store(self, layer: Node, before: Node) -> None:
        """Have the folders above store paths in the layer, since store paths are to follow."""
        below: Node | None = before
        for name in STORE:
            below = below.children.get(name) if below else None
            uid, gid = self.owner
            inode = (
                below.inode if below and below.is_folder else Inode(Kind.FOLDER, uid=uid, gid=gid)
            )
            layer = layer.children.setdefault(name, Node(inode))


def _print_notes(image: Image) -> None:
    for note in image.notes:
        print(note, file=sys.stderr)


def _wait_after(changed: int) -> None:
    """Wait until a change of a file has a later time than the one before."""
    while time.time_ns() < changed + _TICK * 1e9:
        time.sleep(_TICK)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)  # noqa: S603
    if done.returncode != 0:
        raise ImageError(f"the commands ended with status {done.returncode}")

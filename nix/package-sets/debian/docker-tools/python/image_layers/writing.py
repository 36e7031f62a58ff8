"""Write a tree as a layer's tar archive."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass, field
from typing import BinaryIO

from image_layers.reading import EXTENDED, WHITEOUT
from image_layers.tree import Inode, Kind, Node

_TYPES = {
    Kind.FILE: tarfile.REGTYPE,
    Kind.FOLDER: tarfile.DIRTYPE,
    Kind.LINK: tarfile.SYMTYPE,
    Kind.FIFO: tarfile.FIFOTYPE,
    Kind.CHARACTER_DEVICE: tarfile.CHRTYPE,
    Kind.BLOCK_DEVICE: tarfile.BLKTYPE,
}
_END = bytes(1024)


def write_layer(layer: Node, mtime: int, stream: BinaryIO) -> None:
    """Write a layer, with marks of what it removes, and an end mark of 1024 bytes.

    `mtime` is the time of all files, in seconds since 1970.
    """
    _Writing(stream, mtime).write(layer, "")
    stream.write(_END)


@dataclass
class _Writing:
    stream: BinaryIO
    mtime: int
    _first_names: dict[int, str] = field(default_factory=dict)

    def write(self, folder: Node, above: str) -> None:
        for name in sorted(folder.removed):
            self._add(Inode(Kind.FILE, mode=0o600), f"{above}{WHITEOUT}{name}")
        for name in sorted(folder.children):
            node = folder.children[name]
            self._add(node.inode, f"{above}{name}")
            self.write(node, f"{above}{name}/")

    def _add(self, inode: Inode, path: str) -> None:
        entry = self._header(inode, path)
        self.stream.write(entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))
        if entry.size and inode.content:
            for chunk in inode.content.chunks():
                self.stream.write(chunk)
            self.stream.write(bytes(-entry.size % tarfile.BLOCKSIZE))

    def _header(self, inode: Inode, path: str) -> tarfile.TarInfo:
        entry = tarfile.TarInfo(path)
        entry.type = _TYPES[inode.kind]
        entry.mode, entry.uid, entry.gid = inode.mode, inode.uid, inode.gid
        entry.mtime = self.mtime
        entry.linkname = inode.target
        entry.devmajor, entry.devminor = inode.device
        entry.pax_headers = {
            f"{EXTENDED}{key}": value.decode("utf-8", "surrogateescape")
            for key, value in sorted(inode.extended.items())
        }
        if inode.kind is not Kind.FOLDER:
            first = self._first_names.setdefault(id(inode), path)
            if first != path:
                entry.type, entry.linkname = tarfile.LNKTYPE, first
        entry.size = inode.size if entry.type == tarfile.REGTYPE else 0
        return entry

"""Find what has changed in a folder since it was the tree of an image."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import BinaryIO

from image_layers.errors import ImageError
from image_layers.reading import WHITEOUT
from image_layers.tree import Inode, Kind, Node
from image_layers.unpacking import STORE, open_folder, to_path

_KINDS = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.FOLDER,
    stat.S_IFLNK: Kind.LINK,
    stat.S_IFIFO: Kind.FIFO,
    stat.S_IFCHR: Kind.CHARACTER_DEVICE,
    stat.S_IFBLK: Kind.BLOCK_DEVICE,
}
_DEVICES = (Kind.CHARACTER_DEVICE, Kind.BLOCK_DEVICE)
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1 << 20
# Those of the machine that builds; an image's own are security.capability, user.* and trusted.*
_FOREIGN_ATTRIBUTES = ("system.", "security.selinux", "trusted.overlay.", "user.overlay.")

Path = tuple[str, ...]


@dataclass(frozen=True)
class DiskFile:
    """The bytes of a file, which is read when they are asked for."""

    root: int
    path: Path

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes, a part at a time."""
        with _open_file(self.root, self.path) as file:
            while chunk := file.read(_CHUNK):
                yield chunk


@dataclass(frozen=True)
class _Seen:
    """What a file was right after it was unpacked, and what it was unpacked from."""

    number: int
    changed: int
    extended: dict[str, bytes]
    inode: Inode


@dataclass
class Comparison:
    """A folder, open as `root`, and what it was unpacked from."""

    root: int
    _seen: dict[Path, _Seen] = field(default_factory=dict)
    _seen_numbers: dict[int, _Seen] = field(default_factory=dict)
    _inodes: dict[int, Inode] = field(default_factory=dict)

    def remember(self, unpacked: Node) -> None:
        """Note how all files are that were unpacked, so that they need not be read again."""
        self._note(self.root, unpacked, ())

    def _note(self, folder: int, node: Node, path: Path) -> None:
        for name, child in node.children.items() if path != STORE else ():
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            extended = _extended(folder, name)
            seen = _Seen(status.st_ino, status.st_ctime_ns, extended, child.inode)
            self._seen[*path, name] = self._seen_numbers[status.st_ino] = seen
            if child.is_folder:
                with open_folder(name, folder) as inner:
                    self._note(inner, child, (*path, name))

    @property
    def latest_change(self) -> int:
        """The time of the latest change that was noted, in nanoseconds since 1970."""
        return max((seen.changed for seen in self._seen.values()), default=0)

    def changes(self, before: Node) -> Node:
        """Return the layer that makes the folder of a tree; folders above a change are in it.

        Raises ImageError when there is a file that no layer can hold.
        """
        layer = Node(before.inode)
        self._compare(self.root, before, layer, ())
        return layer

    def _compare(self, folder: int, before: Node, layer: Node, path: Path) -> None:
        names = sorted(os.listdir(folder))
        layer.removed = before.children.keys() - set(names)
        for name in names:
            if (*path, name) != STORE:
                self._compare_file(folder, name, before.children.get(name), layer, (*path, name))

    def _compare_file(
        self, folder: int, name: str, before: Node | None, layer: Node, path: Path
    ) -> None:
        if stat.S_ISSOCK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            return
        if name.startswith(WHITEOUT):
            raise ImageError(f"/{'/'.join(path)}: no layer can hold a file of such a name")
        inode = self._read(folder, name, path, before)
        node = Node(inode)
        if inode.kind is Kind.FOLDER:
            with open_folder(name, folder) as inner:
                self._compare(
                    inner, before if before and before.is_folder else _NOTHING, node, path
                )
        if before is None or node.children or node.removed or not _equal(inode, before.inode):
            layer.children[name] = node

    def _read(self, folder: int, name: str, path: Path, before: Node | None) -> Inode:
        """Describe a file as it is now; names of one file share the description."""
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        known = self._inodes.get(status.st_ino)
        if known and not stat.S_ISDIR(status.st_mode):
            return known
        kind = _KINDS[stat.S_IFMT(status.st_mode)]
        device = (os.major(status.st_rdev), os.minor(status.st_rdev))
        inode = Inode(
            kind,
            mode=stat.S_IMODE(status.st_mode),
            uid=status.st_uid,
            gid=status.st_gid,
            size=status.st_size if kind is Kind.FILE else 0,
            target=os.readlink(name, dir_fd=folder) if kind is Kind.LINK else "",
            device=device if kind in _DEVICES else (0, 0),
            extended=_extended(folder, name),
            content=DiskFile(self.root, path) if kind is Kind.FILE else None,
        )
        self._inodes[status.st_ino] = inode
        seen = self._seen.get(path)
        if seen is None and status.st_nlink > 1:
            seen = self._seen_numbers.get(status.st_ino)
        if seen and seen.number == status.st_ino:
            _take_unchanged(inode, status.st_ctime_ns, seen)
        if before and inode.content != before.inode.content and _same_bytes(inode, before.inode):
            inode.content = before.inode.content
        return inode


def _take_unchanged(inode: Inode, changed: int, seen: _Seen) -> None:
    """Take over what need not be read from the disk, or cannot be seen there."""
    is_untouched = seen.changed == changed
    if is_untouched or _same_bytes(inode, seen.inode):
        inode.content = seen.inode.content
        if seen.extended == inode.extended:
            inode.extended = seen.inode.extended


_NOTHING = Node(Inode(Kind.FOLDER))


def _equal(now: Inode, before: Inode) -> bool:
    modes_equal = now.kind is Kind.LINK or now.mode == before.mode
    return modes_equal and _essence(now) == _essence(before)


def _essence(inode: Inode) -> tuple[object, ...]:
    return (
        inode.kind,
        inode.uid,
        inode.gid,
        inode.target,
        inode.device,
        inode.extended,
        inode.content,
    )


def _same_bytes(one: Inode, other: Inode) -> bool:
    if one.content is None or other.content is None or one.size != other.size:
        return one.content is other.content
    return all(a == b for a, b in zip_longest(one.content.chunks(), other.content.chunks()))


def _open_file(root: int, path: Path) -> BinaryIO:
    """Open a file below a folder; no link is followed."""
    *above, name = path
    with contextlib.ExitStack() as stack:
        folder = root
        for each in above:
            folder = stack.enter_context(open_folder(each, folder))
        return os.fdopen(os.open(name, _FILE_FLAGS, dir_fd=folder), "rb")


def _extended(folder: int, name: str) -> dict[str, bytes]:
    path = to_path(folder, name)
    try:
        names = os.listxattr(path, follow_symlinks=False)
        return {
            each: os.getxattr(path, each, follow_symlinks=False)
            for each in names
            if not each.startswith(_FOREIGN_ATTRIBUTES)
        }
    except OSError:
        return {}

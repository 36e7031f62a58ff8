"""Write a tree of files into a folder.

Every file is made in a folder that was opened without following a link, so nothing outside of the
folder is read or written, whatever links there are.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from image_layers.errors import ImageError
from image_layers.tree import Inode, Kind, Node

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PERMISSIONS = 0o777
_READABLE = 0o600
_FILE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_TYPES = {
    Kind.FIFO: stat.S_IFIFO,
    Kind.CHARACTER_DEVICE: stat.S_IFCHR,
    Kind.BLOCK_DEVICE: stat.S_IFBLK,
}
STORE = ("nix", "store")

Path = tuple[str, ...]


@contextlib.contextmanager
def open_folder(name: str, above: int | None = None) -> Iterator[int]:
    """Open a folder, in the folder `above`, which is not a link."""
    descriptor = os.open(name, _FOLDER_FLAGS, dir_fd=above)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def unpack(root: Node, name: str) -> None:
    """Write all below a node into a folder that is there and empty, the store's content apart.

    Raises ImageError when a file cannot be made.
    """
    masked = os.umask(0)
    with open_folder(name) as descriptor:
        _Unpacking(descriptor).fill(descriptor, root, ())
    os.umask(masked)


@dataclass
class _Unpacking:
    root: int
    _first_names: dict[int, str] = field(default_factory=dict)

    def fill(self, folder: int, node: Node, path: Path) -> None:
        if path == STORE:
            return
        for name, child in node.children.items():
            try:
                self._make(folder, name, child, (*path, name))
            except (OSError, OverflowError) as error:
                raise ImageError(f"{'/'.join((*path, name))!r}: {error}") from None

    def _make(self, folder: int, name: str, node: Node, path: Path) -> None:
        if node.is_folder:
            os.mkdir(name, 0o700, dir_fd=folder)
            with open_folder(name, folder) as descriptor:
                self.fill(descriptor, node, path)
            set_attributes(folder, name, node.inode)
        elif first := self._first_names.get(id(node.inode)):
            os.link(first, name, src_dir_fd=self.root, dst_dir_fd=folder, follow_symlinks=False)
        else:
            self._first_names[id(node.inode)] = "/".join(path)
            _make_file(folder, name, node.inode)
            set_attributes(folder, name, node.inode)


def _make_file(folder: int, name: str, inode: Inode) -> None:
    if inode.kind is Kind.LINK:
        os.symlink(inode.target, name, dir_fd=folder)
    elif inode.kind is Kind.FILE:
        mode = inode.mode if _is_made_with(inode.mode) else _READABLE
        with os.fdopen(os.open(name, _FILE_FLAGS, mode, dir_fd=folder), "wb") as file:
            for chunk in inode.content.chunks() if inode.content else ():
                file.write(chunk)
    else:
        device = os.makedev(*inode.device)
        os.mknod(name, _TYPES[inode.kind] | 0o600, device, dir_fd=folder)


def _is_made_with(mode: int) -> bool:
    """Tell whether a file can have the mode from the start, so that whoever builds can read it."""
    return mode & ~_PERMISSIONS == 0 and mode & _READABLE == _READABLE


def set_attributes(folder: int, name: str, inode: Inode) -> None:
    """Give the file `name` in a folder an inode's time, owner, mode and extended attributes.

    Extended attributes that the file system, or whoever builds, cannot set are left out.
    """
    times = (inode.mtime, inode.mtime)
    os.utime(name, times, dir_fd=folder, follow_symlinks=False)
    # What is made is root's; each such call costs one more to fakeroot's daemon.
    if (inode.uid, inode.gid) != (0, 0):
        os.chown(name, inode.uid, inode.gid, dir_fd=folder, follow_symlinks=False)
    if inode.kind is Kind.LINK:
        return
    if inode.kind is not Kind.FILE or not _is_made_with(inode.mode):
        os.chmod(name, inode.mode, dir_fd=folder)
    for key, value in inode.extended.items():
        with contextlib.suppress(OSError):
            os.setxattr(to_path(folder, name), key, value, follow_symlinks=False)


def to_path(folder: int, name: str) -> str:
    """Return a path of a file in an open folder, for what takes no folder beside a name."""
    return f"/proc/self/fd/{folder}/{name}"

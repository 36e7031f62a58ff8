"""Read a layer's tar archive as a tree."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from image_layers.errors import ImageError
from image_layers.tree import (
    BadPathError,
    Image,
    Inode,
    Kind,
    Node,
    find_folder,
    make_folder,
    new_folder,
)

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
EXTENDED = "SCHILY.xattr."
_BLOCK = bytes(512)
_CHUNK = 1 << 20
# PATH_MAX of Linux; a longer path cannot be unpacked by anyone
_LONGEST_PATH = 4096
_KINDS = {
    tarfile.DIRTYPE: Kind.FOLDER,
    tarfile.SYMTYPE: Kind.LINK,
    tarfile.FIFOTYPE: Kind.FIFO,
    tarfile.CHRTYPE: Kind.CHARACTER_DEVICE,
    tarfile.BLKTYPE: Kind.BLOCK_DEVICE,
}


@dataclass(frozen=True)
class Member:
    """The bytes of a file in a tar archive."""

    archive: tarfile.TarFile
    entry: tarfile.TarInfo

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes, a part at a time; the holes of sparse files are zeros."""
        file = self.archive.extractfile(self.entry)
        while chunk := file.read(_CHUNK) if file else b"":
            yield chunk


def add_layer(image: Image, path: Path) -> None:
    """Lay the layer in a plain tar archive on an image; the archive stays open.

    Raises ImageError when it is damaged or has a whiteout without a name.
    """
    image.add(_Layer(path, image).read())


def add_contents(image: Image, path: Path) -> None:
    """Put the files of a plain tar archive into an image; the archive stays open.

    Raises ImageError when it is damaged.
    """
    image.add_contents(_Layer(path, image).read())


@dataclass
class _Layer:
    """A layer while it is read, on the layers of `below`."""

    path: Path
    below: Image

    def read(self) -> Node:
        root = new_folder()
        if self.path.stat().st_size == 0:
            return root
        try:
            archive = tarfile.open(self.path, "r:")  # noqa: SIM115
            for entry in archive:
                self._add(root, archive, entry)
        except (tarfile.TarError, UnicodeError, ValueError) as error:
            raise ImageError(f"{self._where}: damaged: {error}") from None
        self._require_end(archive)
        return root

    @property
    def _where(self) -> str:
        return f"layer {self.below.layers + 1}"

    def _require_end(self, archive: tarfile.TarFile) -> None:
        """Refuse what tarfile takes for the end: a header that cannot be understood."""
        with self.path.open("rb") as file:
            file.seek(archive.offset)
            block = file.read(len(_BLOCK))
        if block not in (b"", _BLOCK):
            raise ImageError(f"{self._where}: damaged: no header at byte {archive.offset}")

    def _add(self, root: Node, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> None:
        try:
            self._place(root, archive, entry)
        except BadPathError as error:
            self.below.notes.append(f"{self._where}: {entry.name!r} left out: {error}")

    def _place(self, root: Node, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> None:
        names = _split(entry.name)
        if not names:
            root.inode = _to_inode(archive, entry) if entry.isdir() else root.inode
            return
        *above, name = names
        if any(each.startswith(WHITEOUT) for each in above):
            raise BadPathError("below the mark of something that is removed")
        if name.startswith(WHITEOUT):
            self._remove(root, above, name)
        elif entry.islnk():
            self._link(root, above, name, archive, entry)
        elif entry.issym() and not entry.linkname:
            raise BadPathError("a link to nothing")
        else:
            _put(make_folder(root, above), name, Node(_to_inode(archive, entry)))

    def _remove(self, root: Node, above: list[str], name: str) -> None:
        if name == WHITEOUT:
            raise ImageError(f"{self._where}: {'/'.join([*above, name])}: a mark without a name")
        folder = make_folder(root, above)
        if name == OPAQUE:
            folder.is_opaque = True
        else:
            folder.removed.add(name.removeprefix(WHITEOUT))

    def _link(
        self,
        root: Node,
        above: list[str],
        name: str,
        archive: tarfile.TarFile,
        entry: tarfile.TarInfo,
    ) -> None:
        """Add another name of a file, which has the attributes of the latest entry for it."""
        target = _split(entry.linkname)
        found = _find(root, target)
        inode = found.inode if found else self._inode_below(target)
        if inode is None or inode.kind is Kind.FOLDER:
            raise BadPathError(f"a hard link to {entry.linkname!r}, which is no file of the image")
        folder = make_folder(root, above)
        if found and folder.children.get(name) is found:
            return
        inode.uid, inode.gid = entry.uid, entry.gid
        if inode.kind is not Kind.LINK:
            inode.mode = entry.mode & 0o7777
        inode.extended.update(_extended(entry))
        _put(folder, name, Node(inode))

    def _inode_below(self, names: list[str]) -> Inode | None:
        """Return a file of the layers below, which stays as it is there."""
        found = _find(self.below.root, names)
        return replace(found.inode, extended=dict(found.inode.extended)) if found else None


def _put(folder: Node, name: str, node: Node) -> None:
    before = folder.children.get(name)
    if before and before.is_folder and node.is_folder:
        before.inode = node.inode
    else:
        folder.children[name] = node


def _find(root: Node, names: list[str]) -> Node | None:
    """Return what is at a path, whose last part may be a link that is not followed."""
    folder = find_folder(root, names[:-1])
    return folder.children.get(names[-1]) if folder and names else None


def _split(name: str) -> list[str]:
    """Return the parts of a path, which no ".." leads out of the root folder."""
    if "\0" in name or len(name.encode("utf-8", "surrogateescape")) > _LONGEST_PATH:
        raise BadPathError("no file can have such a path")
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return parts


def _extended(entry: tarfile.TarInfo) -> dict[str, bytes]:
    return {
        key.removeprefix(EXTENDED): value.encode("utf-8", "surrogateescape")
        for key, value in entry.pax_headers.items()
        if key.startswith(EXTENDED)
    }


def _to_inode(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Inode:
    kind = _KINDS.get(entry.type, Kind.FILE)
    is_device = kind in (Kind.CHARACTER_DEVICE, Kind.BLOCK_DEVICE)
    return Inode(
        kind,
        mode=entry.mode & 0o7777,
        uid=entry.uid,
        gid=entry.gid,
        size=entry.size if kind is Kind.FILE else 0,
        target=entry.linkname if kind is Kind.LINK else "",
        device=(entry.devmajor, entry.devminor) if is_device else (0, 0),
        extended=_extended(entry),
        content=Member(archive, entry) if kind is Kind.FILE else None,
        mtime=entry.mtime,
    )

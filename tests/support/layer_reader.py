"""Apply the layers of an image as a list of paths: a second opinion on the package set's program.

It knows nothing of trees. Each layer gives its own paths and what it removes, and is then laid on
the paths below (OCI image specification, layer.md). What podman refuses is a RefusedError.
"""

from __future__ import annotations

import hashlib
import io
import os
import posixpath
import stat
import tarfile
from collections.abc import Iterable
from pathlib import Path

from attrs import evolve, field, frozen

XATTR = "SCHILY.xattr."
_TYPES = {
    tarfile.DIRTYPE: "folder",
    tarfile.SYMTYPE: "link",
    tarfile.FIFOTYPE: "fifo",
    tarfile.CHRTYPE: "character device",
    tarfile.BLKTYPE: "block device",
}


class RefusedError(Exception):
    """A layer that podman would not unpack."""


@frozen
class File:
    """What can be seen of a file; the mode of a link means nothing."""

    kind: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    target: str = ""
    device: tuple[int, int] = (0, 0)
    digest: str = ""
    extended: frozenset[tuple[str, bytes]] = frozenset()
    layer: int = field(default=0, eq=False)


Files = dict[str, File]
IMPLIED = File("folder")


def apply(layers: Iterable[bytes]) -> Files:
    """Return what an image of the layers has, by path."""
    files: Files = {}
    for layer in layers:
        files = _lay(LayerPaths.read(layer), files)
    return files


@frozen
class LayerPaths:
    """The paths of one layer: its own, those it removes, and folders of which it removes all."""

    own: Files = field(factory=dict)
    removed: set[str] = field(factory=set)
    opaque: set[str] = field(factory=set)
    folder_names: list[str] = field(factory=list)

    @classmethod
    def read(cls, layer: bytes) -> LayerPaths:
        """Read a layer. Raises RefusedError."""
        paths = cls()
        with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
            for entry in archive:
                paths.add(entry, archive)
        return paths

    def add(self, entry: tarfile.TarInfo, archive: tarfile.TarFile | None = None) -> None:
        """Add an entry as podman unpacks it. Raises RefusedError."""
        name = posixpath.normpath(posixpath.join("/", entry.name)).lstrip("/")
        if name == "":
            return
        above, _, base = name.rpartition("/")
        folder = self._enter(above)
        if base == ".wh..wh..opq":
            self.opaque.add(folder)
        elif base.startswith(".wh."):
            self._remove(posixpath.join(folder, base.removeprefix(".wh.")))
        else:
            self._put(posixpath.join(folder, base), entry, archive)
            if self._resolve(above) != folder:
                raise RefusedError(f"{entry.name} takes the place of a link in its own path")
            self._require_folders(name if entry.isdir() else None)

    def _require_folders(self, name: str | None) -> None:
        """Refuse the loss of a folder, whose time podman sets when it has unpacked the layer."""
        self.folder_names.extend([name] if name else [])
        for each in self.folder_names:
            file = self.own.get(self._resolve(each))
            if file is None or file.kind != "folder":
                raise RefusedError(f"{each} is a folder no more")

    def _remove(self, path: str) -> None:
        if path in self.own or path in self.removed:
            raise RefusedError(f"{path} is removed and there, or removed twice")
        self.removed.add(path)

    def _put(self, path: str, entry: tarfile.TarInfo, archive: tarfile.TarFile | None) -> None:
        before = self.own.get(path)
        if entry.isdir() and (path in self.removed or (before and before.kind != "folder")):
            raise RefusedError(f"{path} becomes a folder in the same layer")
        if not entry.isdir():
            if any(each == path or each.startswith(f"{path}/") for each in self.opaque):
                raise RefusedError(f"{path} is no folder any more, and takes what is below")
            target = self._link_target(path, entry) if entry.islnk() else None
            for inner in [each for each in self.own if each.startswith(f"{path}/")]:
                del self.own[inner]
            for inner in [each for each in self.removed if each.startswith(f"{path}/")]:
                self.removed.remove(inner)
            if target is not None:
                self._put_link(path, target, entry)
                return
        self.own[path] = _to_file(entry, archive)

    def _link_target(self, path: str, entry: tarfile.TarInfo) -> str:
        name = posixpath.normpath(posixpath.join("/", entry.linkname)).lstrip("/")
        above, _, base = name.rpartition("/")
        target = posixpath.join(self._resolve(above), base)
        if target == path or self.own.get(target, IMPLIED).kind == "folder":
            raise RefusedError(f"{path} is a hard link to nothing")
        if target.startswith(f"{path}/"):
            raise RefusedError(f"{path} takes the place of what it is a link to")
        return target

    def _put_link(self, path: str, target: str, entry: tarfile.TarInfo) -> None:
        """All names of a file have the attributes of the latest entry."""
        old = self.own[target]
        mode = 0 if old.kind == "link" else entry.mode & 0o7777
        new = evolve(old, uid=entry.uid, gid=entry.gid, mode=mode)
        for name in [name for name, file in self.own.items() if file is old]:
            self.own[name] = new
        self.own[path] = new

    def _enter(self, folder: str) -> str:
        """Return the real path of a folder, and have all above it in the layer."""
        real = self._resolve(folder)
        parts = real.split("/") if real else []
        for length in range(1, len(parts) + 1):
            path = "/".join(parts[:length])
            if path in self.removed and path not in self.own:
                raise RefusedError(f"{path} is removed")
            inherited = self.own.get("/".join(parts[: length - 1]), IMPLIED).mode & stat.S_ISGID
            implied = evolve(IMPLIED, mode=IMPLIED.mode | inherited)
            if self.own.setdefault(path, implied).kind != "folder":
                raise RefusedError(f"{path} is no folder")
        return real

    def _resolve(self, folder: str) -> str:
        done = ""
        parts = folder.split("/")
        for _ in range(100):
            if not parts:
                return done
            part = parts.pop(0)
            path = posixpath.normpath(posixpath.join("/", done, part)).lstrip("/")
            found = self.own.get(path)
            if found is not None and found.kind == "link":
                parts = [*found.target.split("/"), *parts]
                done = "" if found.target.startswith("/") else done
                if self._is_dangling(done, found.target):
                    raise RefusedError(f"{path} leads nowhere")
            else:
                done = path
        raise RefusedError(f"{folder} leads in a circle")

    def _is_dangling(self, above: str, target: str) -> bool:
        path = posixpath.normpath(posixpath.join("/", above, target)).lstrip("/")
        return path != "" and path not in self.own


def _lay(layer: LayerPaths, below: Files) -> Files:
    gone = set()
    for path in below:
        if any(path == each or path.startswith(f"{each}/") for each in layer.removed):
            gone.add(path)
        if any(each == "" or path.startswith(f"{each}/") for each in layer.opaque):
            gone.add(path)
    files = {path: file for path, file in below.items() if path not in gone}
    for path, file in sorted(layer.own.items()):
        before = files.get(path)
        if before is not None and "folder" in (before.kind, file.kind) and before.kind != file.kind:
            files = {each: old for each, old in files.items() if not each.startswith(f"{path}/")}
        files[path] = file
    return files


def _to_file(entry: tarfile.TarInfo, archive: tarfile.TarFile | None) -> File:
    kind = _TYPES.get(entry.type, "file")
    content = archive.extractfile(entry) if archive and kind == "file" else None
    digest = hashlib.sha256(content.read()).hexdigest() if content else ""
    return File(
        kind,
        0 if kind == "link" else entry.mode & 0o7777,
        entry.uid,
        entry.gid,
        entry.linkname if kind == "link" else "",
        (entry.devmajor, entry.devminor) if kind.endswith("device") else (0, 0),
        digest,
        frozenset(
            (key.removeprefix(XATTR), value.encode("utf-8", "surrogateescape"))
            for key, value in entry.pax_headers.items()
            if key.startswith(XATTR)
        ),
    )


_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "folder",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device",
}


def read_folder(folder: Path) -> Files:
    """Return what a folder of this machine has, by path."""
    files: Files = {}
    for above, folders, others in os.walk(folder):
        for name in [*folders, *others]:
            path = Path(above, name)
            # Linux's overlay lists whiteouts in folders that no lower layer has.
            if os.path.lexists(path):
                files[str(path.relative_to(folder))] = _read_file(path)
    return files


def _read_file(path: Path) -> File:
    status = path.lstat()
    kind = _KINDS[stat.S_IFMT(status.st_mode)]
    return File(
        kind,
        0 if kind == "link" else stat.S_IMODE(status.st_mode),
        status.st_uid,
        status.st_gid,
        str(path.readlink()) if kind == "link" else "",
        (os.major(status.st_rdev), os.minor(status.st_rdev)) if "device" in kind else (0, 0),
        hashlib.sha256(path.read_bytes()).hexdigest() if kind == "file" else "",
        frozenset(
            (name, os.getxattr(path, name, follow_symlinks=False))
            for name in os.listxattr(path, follow_symlinks=False)
        ),
    )

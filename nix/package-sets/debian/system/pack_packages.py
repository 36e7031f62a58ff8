"""Make a layer of Debian packages: their files at their places, and what dpkg notes of them.

Usage: pack_packages.py FOLDER [--root] DEB...

FOLDER gets `layer.tar`; `status`, the packages' entries in dpkg's database; and `newest`, the time
of the newest file in seconds since 1970. The merged /usr of Debian 12 and newer holds what packages
have in /bin, /sbin and /lib*; with --root the links to it are in the layer.

A .deb file is an ar archive of the tar archives control and data (deb(5)); the database is what
deb-control(5) and dpkg-query(1) describe.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ROOT_LINKS = ("bin", "sbin", "lib", "lib64")
_INFO = "var/lib/dpkg/info"
_HEADER = 60
_DECOMPRESS: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.decompress,
    ".xz": lzma.decompress,
}


def ar_members(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of an ar archive's members."""
    data = file.read_bytes()
    offset = len(b"!<arch>\n")
    while offset + _HEADER <= len(data):
        header = data[offset : offset + _HEADER]
        size = int(header[48:58])
        start = offset + _HEADER
        yield header[:16].decode().strip().rstrip("/"), data[start : start + size]
        offset = start + size + size % 2


@dataclass(frozen=True)
class Package:
    """A .deb file, opened."""

    control: tarfile.TarFile
    data: tarfile.TarFile

    @classmethod
    def open(cls, file: Path) -> Package:
        """Open a .deb file. Raises SystemExit when it is packed as Ubuntu does."""
        found: dict[str, bytes] = {}
        for name, content in ar_members(file):
            if name.endswith(".zst"):
                sys.exit(f"{file}: packed with zstd; only Debian's own packages can be unpacked")
            name, _, compression = name.partition(".tar")
            found[name] = _DECOMPRESS[compression](content)
        return cls(_open_tar(found["control"]), _open_tar(found["data"]))

    def control_file(self, name: str) -> bytes:
        """Return a file of the control archive, empty where there is none."""
        for entry in self.control:
            if _plain(entry.name) == name:
                return _content(self.control, entry)
        return b""

    def fields(self) -> dict[str, str]:
        """Return the one-line fields of the control file."""
        lines = self.control_file("control").decode().splitlines()
        pairs = (line.partition(":") for line in lines if line[:1] not in " \t#")
        return {name: value.strip() for name, _, value in pairs}

    def info_name(self) -> str:
        """Return the name under which dpkg keeps the package's own files."""
        fields = self.fields()
        architecture = f":{fields['Architecture']}" if fields.get("Multi-Arch") == "same" else ""
        return fields["Package"] + architecture


def _open_tar(content: bytes) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(content))


def status_entry(package: Package) -> str:
    """Return the package's entry in dpkg's database, as one that is unpacked."""
    name, *rest = package.control_file("control").decode().rstrip("\n").split("\n")
    lines = [name, "Status: install ok unpacked", *rest]
    conffiles = package.control_file("conffiles").decode().split("\n")
    paths = [line for line in conffiles if line.startswith("/")]
    if paths:
        digests = {f"/{_plain(entry.name)}": entry for entry in package.data if entry.isreg()}
        lines.append("Conffiles:")
        lines += [f" {path} {_md5(package.data, digests[path])}" for path in paths]
    return "\n".join(lines) + "\n\n"


def _md5(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> str:
    return hashlib.md5(_content(archive, entry), usedforsecurity=False).hexdigest()


def _plain(name: str) -> str:
    return name.removeprefix("./").removeprefix("/").rstrip("/")


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(entry)
    return file.read() if file else b""


def merged(path: str) -> str:
    """Return where a packaged path is on a system with a merged /usr."""
    return f"usr/{path}" if path.split("/")[0] in _MERGED else path


@dataclass
class Layer:
    """A layer while it is written."""

    stream: BinaryIO
    newest: int = 0
    _written: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._archive = tarfile.open(  # noqa: SIM115
            fileobj=self.stream, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape"
        )

    def add(self, package: Package) -> None:
        """Add the package's files, and what dpkg keeps of it."""
        folders = {merged(_plain(entry.name)): entry for entry in package.data if entry.isdir()}
        for entry in package.data:
            path = merged(_plain(entry.name))
            if path and path not in self._written:
                self._add_folders(path, folders)
                self._add_entry(package.data, entry, path)
        self._add_info(package)

    def _add_info(self, package: Package) -> None:
        name = package.info_name()
        control = package.control.getmembers()
        for entry in control:
            if entry.isreg() and _plain(entry.name) != "control":
                self._add_folders(f"{_INFO}/{name}", {})
                self._add_entry(package.control, entry, f"{_INFO}/{name}.{_plain(entry.name)}")
        paths = (f"/{_plain(entry.name)}" if _plain(entry.name) else "/." for entry in package.data)
        listing = tarfile.TarInfo()
        listing.mode, listing.mtime = 0o644, control[0].mtime
        content = "".join(f"{path}\n" for path in paths).encode(errors="surrogateescape")
        self.add_file(f"{_INFO}/{name}.list", listing, content)

    def add_file(self, path: str, entry: tarfile.TarInfo, content: bytes) -> None:
        """Add a file of this content."""
        self._add_folders(path, {})
        entry.name, entry.size = path, len(content)
        self._write(entry, io.BytesIO(content))

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        entry = tarfile.TarInfo(path)
        entry.type, entry.mode, entry.linkname = tarfile.SYMTYPE, 0o777, target
        self._write(entry, None)

    def close(self) -> None:
        """Write the end mark."""
        self._archive.close()

    def _add_folders(self, path: str, folders: dict[str, tarfile.TarInfo]) -> None:
        parts = path.split("/")[:-1]
        for length in range(1, len(parts) + 1):
            above = "/".join(parts[:length])
            if above not in self._written:
                self._add_entry(None, folders.get(above) or _new_folder(), above)

    def _add_entry(
        self, archive: tarfile.TarFile | None, entry: tarfile.TarInfo, path: str
    ) -> None:
        copy = tarfile.TarInfo(path)
        for name in ("type", "mode", "uid", "gid", "size", "mtime", "devmajor", "devminor"):
            setattr(copy, name, getattr(entry, name))
        is_hard = entry.type == tarfile.LNKTYPE
        copy.linkname = merged(_plain(entry.linkname)) if is_hard else entry.linkname
        content = archive.extractfile(entry) if archive and entry.isreg() else None
        self._write(copy, content)

    def _write(self, entry: tarfile.TarInfo, content: IO[bytes] | None) -> None:
        self._written.add(entry.name)
        self.newest = max(self.newest, int(entry.mtime))
        self._archive.addfile(entry, content)


def _new_folder() -> tarfile.TarInfo:
    folder = tarfile.TarInfo()
    folder.type, folder.mode = tarfile.DIRTYPE, 0o755
    return folder


def main(folder: Path, files: list[str], *, with_root: bool) -> None:
    """Write the layer of the files, and what belongs to it."""
    with (folder / "layer.tar").open("wb") as stream, (folder / "status").open("w") as status:
        layer = Layer(stream)
        for link in _ROOT_LINKS if with_root else ():
            layer.add_link(link, f"usr/{link}")
        for file in files:
            package = Package.open(Path(file))
            status.write(status_entry(package))
            layer.add(package)
        layer.close()
    (folder / "newest").write_text(f"{layer.newest}\n")


if __name__ == "__main__":
    words = sys.argv[2:]
    main(Path(sys.argv[1]), [w for w in words if w != "--root"], with_root="--root" in words)

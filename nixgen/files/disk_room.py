"""Which file system has no room when something cannot be written, and what makes room there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from nixgen.errors import remedy_lines

_NO_ROOM = re.compile(
    r"No space left on device|not enough free space|enough free space in"
    r"|(database or )?disk is full|No usable temporary directory",
    re.IGNORECASE,
)
# What programs say of a full disk as well as of others.
_MAY_LACK_ROOM = re.compile(r"disk I/O error|lack of free disk space")
_NO_QUOTA = re.compile(r"Disk quota exceeded", re.IGNORECASE)
_READ_ONLY = re.compile(r"Read-only file system", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w./])/[^\s'\":,;|()]+")
_MEBIBYTE = 1 << 20
_SMALL_FILE = 1 << 16
_FEW_FILES = 100

_TEMPORARY = "TMPDIR=FOLDER names another folder for temporary files and builds"
_STORE = "nix-collect-garbage removes from the Nix store what nothing refers to"
_IMAGES = "`podman image prune` (docker the same) removes images without a name"
_FILES = "remove files there"


@frozen
class Disk:
    """A file system: where it is mounted, what makes room there, bytes and files that it holds."""

    mount_point: Path
    remedies: tuple[str, ...]
    free: int
    size: int
    free_files: int
    is_read_only: bool

    @property
    def is_full(self) -> bool:
        """Whether a small file more finds no place."""
        return self.free < _SMALL_FILE or self.free_files == 0

    @property
    def has_few_files(self) -> bool:
        """Whether it is the number of files that it may hold which is used up."""
        return self.free_files == 0 or (self.free_files < _FEW_FILES and self.free > _MEBIBYTE)

    def __str__(self) -> str:
        room = f"{_in_units(self.free)} of {_in_units(self.size)} are free"
        if self.has_few_files:
            room = f"there is room for {self.free_files} more files, whatever their size"
        return f"{self.mount_point}: {room}"


def _in_units(size: int) -> str:
    return f"{size >> 20} MiB" if size >= _MEBIBYTE else f"{size >> 10} KiB"


def lacks_room(text: str) -> bool:
    """Tell whether the text says that something could not be written for want of room."""
    patterns = (_NO_ROOM, _MAY_LACK_ROOM, _NO_QUOTA, _READ_ONLY)
    return any(pattern.search(text) for pattern in patterns)


def measure(paths: Iterable[Path] = ()) -> list[Disk]:
    """Return the file systems of the paths and those that nixgen and its programs write to."""
    return _disks([*_places(), *((path, _FILES) for path in paths)])


def advice(text: str, disks: Sequence[Disk] = (), file: Path | None = None) -> str:
    """Return lines that name the file systems without room, and what to do about each.

    `text` is what was said of the failure; `disks` are as they were at that moment, where that is
    known; `file` is what was to be written, if one is known. There are no lines where the text does
    not speak of room.
    """
    if _NO_ROOM.search(text) or _MAY_LACK_ROOM.search(text):
        found = _measure_file(file) if file else _fullest([*disks, *measure(_named(text))])
        return remedy_lines(
            *(
                f"{disk}; {', or '.join(disk.remedies)}"
                for disk in found
                if disk.is_full or _NO_ROOM.search(text)
            )
        )
    if _NO_QUOTA.search(text):
        found = _measure_file(file) if file else measure(_named(text))
        # What is left of a quota cannot be asked for as free room can.
        return remedy_lines(
            "a quota is used up: `quota -s` shows where",
            *(f"{disk.mount_point}: {', or '.join(disk.remedies)}" for disk in found),
        )
    if _READ_ONLY.search(text):
        found = _measure_file(file) if file else measure(_named(text))
        return remedy_lines(
            *(
                f"{disk.mount_point}: mounted read-only; mount it for writing, or go elsewhere"
                for disk in found
                if disk.is_read_only
            )
        )
    return ""


def _measure_file(file: Path) -> list[Disk]:
    """Return the file system of the file, with all that makes room on it."""
    mount_points = {disk.mount_point for disk in _disks([(file, _FILES)])}
    return [disk for disk in measure([file]) if disk.mount_point in mount_points]


def _disks(places: Iterable[tuple[Path, str]]) -> list[Disk]:
    remedies: dict[Path, list[str]] = {}
    for path, remedy in places:
        if mount_point := _mount_point(path):
            remedies.setdefault(mount_point, []).append(remedy)
    return [_disk(path, tuple(dict.fromkeys(each))) for path, each in remedies.items()]


def _named(text: str) -> Iterator[Path]:
    """Yield the paths of this machine in those lines that speak of room."""
    for line in filter(lacks_room, text.splitlines()):
        yield from (path for path in map(Path, _PATH.findall(line)) if path.parent.exists())


def _fullest(disks: Sequence[Disk]) -> list[Disk]:
    """Return the file systems that are full, or else the one that has least room."""
    least: dict[Path, Disk] = {}
    for disk in disks:
        known = least.get(disk.mount_point, disk)
        least[disk.mount_point] = min(known, disk, key=_room)
    writable = [disk for disk in least.values() if not disk.is_read_only]
    full = [disk for disk in writable if disk.is_full]
    return full or sorted(writable, key=_room)[:1]


def _room(disk: Disk) -> tuple[bool, bool, int]:
    """Order disks: those that are full, those with few files left, then by bytes."""
    return not disk.is_full, not disk.has_few_files, disk.free


def _places() -> Iterator[tuple[Path, str]]:
    """Yield where something is written, the place of each with what makes room there."""
    variables = os.environ
    yield Path(variables.get("TMPDIR") or "/tmp"), _TEMPORARY  # noqa: S108 (Nix's own default)
    yield Path("/tmp"), _TEMPORARY  # noqa: S108 (the daemon's, or ours when TMPDIR cannot be used)
    yield from ((path, _STORE) for path in _store_places(variables))
    yield _storage(variables), _IMAGES
    yield Path("/var/lib/docker"), _IMAGES
    yield Path("/var/tmp"), _TEMPORARY  # noqa: S108 (podman's default)
    yield Path(), _FILES


def _store_places(variables: Mapping[str, str]) -> list[Path]:
    """Return the folders of the Nix store and of its database; `root` moves both."""
    root = re.search(r"\broot=([^&]+)", variables.get("NIX_REMOTE", ""))
    above = root[1] if root else ""
    return [
        Path(above + variables.get("NIX_STORE_DIR", "/nix/store")),
        Path(above + variables.get("NIX_STATE_DIR", "/nix/var/nix")),
    ]


def _storage(variables: Mapping[str, str]) -> Path:
    """Return podman's storage: that of the machine for root, of one's own for others."""
    if os.geteuid() == 0:
        return Path("/var/lib/containers/storage")
    data = variables.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(os.path.expanduser(data), "containers/storage")  # noqa: PTH111 (there may be none)


def _mount_point(path: Path) -> Path | None:
    """Return where the file system is mounted that holds the path, or would."""
    try:
        known = path.absolute()
        there = next(each for each in (known, *known.parents) if os.path.lexists(each)).resolve()
        return next(
            each for each in (there, *there.parents) if each.is_mount() or each == each.parent
        )
    except OSError:
        return None


def _disk(mount_point: Path, remedies: tuple[str, ...]) -> Disk:
    found = os.statvfs(mount_point)
    return Disk(
        mount_point,
        remedies,
        free=found.f_bavail * found.f_frsize,
        size=found.f_blocks * found.f_frsize,
        free_files=found.f_favail if found.f_files else sys.maxsize,
        is_read_only=bool(found.f_flag & os.ST_RDONLY),
    )

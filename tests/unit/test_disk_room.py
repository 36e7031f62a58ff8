"""What a message about a disk says, by what was said of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from nixgen.errors import UsageError
from nixgen.files.atomic_write import write_atomically
from nixgen.files.disk_room import Disk, advice, measure

ROOM = 1 << 40


def disk(place: str, *, free: int = ROOM, files: int = 1000, read_only: bool = False) -> Disk:
    return Disk(Path(place), ("do this",), free, ROOM, files, read_only)


FULL = disk("/full", free=0)
FEW = disk("/few", files=0)


@pytest.mark.parametrize(
    "said",
    [
        "error: writing to file: No space left on device",
        "Error: write /var/lib/x: no space left on device",
        "error: executing SQLite query: database or disk is full",
        "E: You don't have enough free space in /var/cache/apt/archives/.",
        "[Errno 28] No space left on device",
        "disk I/O error (in '/nix/var/nix/db/db.sqlite')",
    ],
)
def test_the_full_disk_is_named(said: str) -> None:
    """Whichever program says so; a disk that has room is not named."""
    lines = advice(said, [disk("/roomy"), FULL]).splitlines()
    assert ["", f"  /full: 0 KiB of {ROOM >> 20} MiB are free; do this"] == lines


def test_a_disk_that_can_hold_no_more_files_is_full() -> None:
    """It has bytes, which are of no use."""
    said = advice("No space left on device", [disk("/roomy"), FEW])
    assert "\n  /few: there is room for 0 more files, whatever their size; do this" == said


@pytest.mark.parametrize("said", ["", "disk I/O error", "Permission denied", "no device", "space"])
def test_other_errors_are_left_alone(said: str) -> None:
    """An error of a disk may be its end."""
    assert "" == advice(said, [disk("/roomy")])


def test_every_place_on_a_disk_gives_its_remedy(tmp_path: Path) -> None:
    """On a machine with one disk all that makes room on it is told."""
    found = {each.mount_point: each for each in measure([tmp_path])}
    [own] = [found[path] for path in (tmp_path, *tmp_path.parents) if path in found][:1]
    assert "remove files there" in own.remedies
    assert len(own.remedies) == len(set(own.remedies))


def test_a_quota_that_is_used_up_may_be_that_of_any_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its remedies, since it has free room all the same; a known file has one disk."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    first, *lines = advice("dd: error writing 'x': Disk quota exceeded").lstrip("\n").splitlines()
    assert "  a quota is used up: `quota -s` shows where" == first
    expected = [f"  {each.mount_point}: {', or '.join(each.remedies)}" for each in measure()]
    assert expected == lines
    assert "TMPDIR=FOLDER" in "".join(lines)
    assert "nix-collect-garbage" in "".join(lines)
    _, *own = advice("Disk quota exceeded", file=tmp_path / "x").lstrip("\n").splitlines()
    assert 1 == len(own)
    assert "remove files there" in own[0]


def failing(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let the file system refuse as the kernel does, by a double of fchmod."""

    def double(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fchmod", double)


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.EDQUOT, "a quota is used up: `quota -s` shows where"),
        (errno.ENOSPC, "remove files there"),
        (errno.EACCES, "give yourself the right to write there"),
        (errno.EIO, "make room, or give yourself the right"),
    ],
)
def test_a_file_that_cannot_be_written_has_the_remedy_that_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    """The file stays as it was, and nothing is left beside it."""
    file = tmp_path / "file"
    file.write_text("old")
    failing(monkeypatch, number)
    with pytest.raises(UsageError) as refusal:
        write_atomically(file, b"new")
    assert f"{file}: cannot be written: {os.strerror(number)}\n" in str(refusal.value)
    assert remedy in str(refusal.value)
    assert [file] == list(tmp_path.iterdir())
    assert "old" == file.read_text()


def test_what_stands_in_the_way_is_to_be_moved(tmp_path: Path) -> None:
    """A file where a folder is needed, or a folder where a file is."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for file in (tmp_path / "file/sub/file", tmp_path / "folder"):
        with pytest.raises(UsageError, match="move away what stands in the place"):
            write_atomically(file, b"")

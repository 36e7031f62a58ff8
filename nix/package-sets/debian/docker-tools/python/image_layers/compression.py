"""Read files that may be compressed."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from image_layers.errors import ImageError

ZSTD = "ZSTD"
GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# RFC 8878, section 3.1.2: skippable frames, which may come first
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"


def is_zstd(start: bytes) -> bool:
    """Tell whether bytes are the start of a file that is compressed by zstd."""
    return start[:4] == _ZSTD_MAGIC or (start[:1] >= b"\x50" and start[1:4] == _ZSTD_SKIPPABLE)


def is_gzip(path: Path) -> bool:
    """Tell whether a file is compressed by gzip."""
    return _start_of(path).startswith(GZIP_MAGIC)


def is_plain(path: Path) -> bool:
    """Tell whether a file is not compressed."""
    start = _start_of(path)
    return not is_zstd(start) and not any(start.startswith(magic) for magic, _ in _IN_PYTHON)


@contextlib.contextmanager
def open_plain(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading, decompressed if it is compressed by gzip, zstd, bzip2 or xz.

    Raises ImageError when it is damaged.
    """
    start = _start_of(path)
    opener = next((each for magic, each in _IN_PYTHON if start.startswith(magic)), None)
    try:
        if is_zstd(start):
            with _open_zstd(path) as stream:
                yield stream
        else:
            with opener(path) if opener else path.open("rb") as stream:
                yield stream
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise ImageError(f"{path}: damaged: {error}") from None


@contextlib.contextmanager
def _open_zstd(path: Path) -> Iterator[BinaryIO]:
    program = os.environ.get(ZSTD) or shutil.which("zstd")
    if program is None:
        raise ImageError(f"{path}: compressed by zstd, which is not at hand")
    command = [program, "--decompress", "--stdout", "--quiet", "--long=31", "--force", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101
        yield cast(BinaryIO, process.stdout)
        # What is left must be read, or zstd would be ended by a signal.
        while process.stdout.read(1 << 20):
            pass
    if process.returncode != 0:
        raise ImageError(f"{path}: damaged: zstd ended with status {process.returncode}")


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _open_gzip(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path))


def _open_bzip2(path: Path) -> BinaryIO:
    return cast(BinaryIO, bz2.open(path))


def _open_xz(path: Path) -> BinaryIO:
    return cast(BinaryIO, lzma.open(path))


_IN_PYTHON: tuple[tuple[bytes, Callable[[Path], BinaryIO]], ...] = (
    (GZIP_MAGIC, _open_gzip),
    (b"BZh", _open_bzip2),
    (b"\xfd7zXZ\x00", _open_xz),
)

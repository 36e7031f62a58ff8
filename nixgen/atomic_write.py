"""Write files so that whoever reads them finds the old contents or the new, never a part."""

from __future__ import annotations

import os
from io import BufferedWriter
from pathlib import Path

from nixgen.errors import UsageError

TEMPORARY_PREFIX = ".nixgen-new-"
"""How the names begin of files that are being written; a killed run leaves such files behind."""


def write_atomically(file: Path, contents: bytes, *, mode: int = 0o644) -> None:
    """Write the contents beside the file, then move them into its place; make its folder first.

    Raises UsageError when that cannot be done; the file is then as it was.
    """
    temporary = file.with_name(f"{TEMPORARY_PREFIX}{file.name}-{os.urandom(8).hex()}")
    try:
        opened = _create(temporary)
        try:
            with opened:
                os.fchmod(opened.fileno(), mode)
                opened.write(contents)
            temporary.replace(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(
            f"{file}: cannot be written: {error.strerror}\n"
            "  make room, or give yourself the right to write there"
        ) from None


def _create(file: Path) -> BufferedWriter:
    """Create the file, and its folder where there is none."""
    try:
        return file.open("xb")
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        return file.open("xb")

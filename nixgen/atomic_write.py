"""Write files so that whoever reads them finds the old contents or the new, never a part."""

from __future__ import annotations

import os
from io import BufferedWriter
from pathlib import Path

from nixgen.errors import UsageError
from nixgen.left_over import hold

TEMPORARY_PREFIX = ".nixgen-new-"
"""How the names begin of files that are being written; a killed run leaves such files behind."""


def write_atomically(
    file: Path, contents: bytes, *, mode: int = 0o644, by_way_of: Path | None = None
) -> None:
    """Write the contents beside the file, then move them into its place; make its folder first.

    Where a folder of the same file system is named they lie in that one meanwhile. Raises
    UsageError when that cannot be done; the file is then as it was.
    """
    try:
        temporary, opened = _create_temporary(by_way_of or file.parent, file.name)
        held = os.dup(opened.fileno())
        try:
            with opened:
                os.fchmod(opened.fileno(), mode)
                opened.write(contents)
            temporary.replace(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        finally:
            os.close(held)
    except OSError as error:
        raise UsageError(
            f"{file}: cannot be written: {error.strerror}\n"
            "  make room, or give yourself the right to write there"
        ) from None


def _create_temporary(folder: Path, name: str) -> tuple[Path, BufferedWriter]:
    """Create a temporary file for a file of that name, and hold it while it is open."""
    while True:
        temporary = folder / f"{TEMPORARY_PREFIX}{name}-{os.urandom(8).hex()}"
        opened = _create(temporary)
        if hold(opened.fileno()):
            return temporary, opened
        opened.close()


def _create(file: Path) -> BufferedWriter:
    """Create the file, and its folder where there is none."""
    try:
        return file.open("xb")
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        return file.open("xb")

"""Write files so that whoever reads them finds the old contents or the new, never a part."""

from __future__ import annotations

import errno
import os
from io import BufferedWriter
from pathlib import Path

from nixgen.errors import UsageError, remedy_lines
from nixgen.files.disk_room import advice
from nixgen.files.left_over import hold

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
    except OSError as error:
        raise refusal(file, error) from None
    held = os.dup(opened.fileno())
    try:
        with opened:
            os.fchmod(opened.fileno(), mode)
            opened.write(contents)
        temporary.replace(file)
    except BaseException as error:
        # The message comes before there is room again.
        told = refusal(file, error) if isinstance(error, OSError) else error
        temporary.unlink(missing_ok=True)
        raise told from None
    finally:
        os.close(held)


def refusal(file: Path, error: OSError) -> UsageError:
    """Return the error that says why the file or folder cannot be written, and what helps."""
    return UsageError(f"{file}: cannot be written: {error.strerror}{_remedy(error, file)}")


def _remedy(error: OSError, file: Path) -> str:
    """Return lines that say what helps against an error of writing the file."""
    if room := advice(error.strerror or "", file=file):
        return room
    if error.errno in {errno.EACCES, errno.EPERM}:
        return remedy_lines("give yourself the right to write there")
    if error.errno in {errno.EEXIST, errno.ENOTDIR, errno.EISDIR}:
        return remedy_lines("move away what stands in the place of the file or of its folder")
    return remedy_lines("make room, or give yourself the right to write there")


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

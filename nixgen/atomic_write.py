"""Write files so that whoever reads them finds the old contents or the new, never a part."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from nixgen.errors import UsageError

TEMPORARY_PREFIX = ".nixgen-new-"
"""How the names begin of files that are being written; a killed run leaves such files behind."""


def write_atomically(file: Path, contents: bytes, *, mode: int = 0o644) -> None:
    """Write the contents beside the file, then move them into its place; make its folder first.

    Raises UsageError when that cannot be done; the file is then as it was.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(
            dir=file.parent, prefix=TEMPORARY_PREFIX, delete=False
        ) as temporary:
            try:
                temporary.write(contents)
                temporary.flush()
                os.fchmod(temporary.fileno(), mode)
                Path(temporary.name).replace(file)
            except BaseException:
                Path(temporary.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(
            f"{file}: cannot be written: {error.strerror}\n"
            "  make room, or give yourself the right to write there"
        ) from None

"""Remember what generated files were made of, so that they are not made again to be compared.

For each file there is a sum of the program that makes it, of the definitions that it was made of,
and of its contents. Where the sum of what is there now is the same, so is the text that would be
made. A record that is missing, broken or of another project has no such sum, and costs time alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from io import FileIO
from pathlib import Path

from nixgen.errors import UsageError
from nixgen.files.own_folder import OWN_FOLDER, OwnFolder

_NAME = "emitted.json"
RECORD = f"{OWN_FOLDER}/{_NAME}"
"""Where the record lies, in the folder of what is one machine's own, which git ignores."""

WORTH_A_RECORD = 0.1
"""Which part of the files must have been made to record them: fewer are made again in no time."""


def read_record(folder: Path) -> dict[str, str]:
    """Return the sums by path, or none where there is no record that can be read."""
    try:
        sums = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return sums if isinstance(sums, dict) else {}


def write_record(folder: Path, sums: Mapping[str, str]) -> None:
    """Write the sums where there is a place for them."""
    own = OwnFolder(folder / OWN_FOLDER)
    if own.path.is_dir():  # a new folder would be a change that git shows
        with suppress(OSError, UsageError), own.written():
            own.write(_NAME, json.dumps(sums, indent=0).encode())


def is_made_of(file: str, source: str, recorded: str | None) -> bool:
    """Tell whether the file is what was recorded, made of this source."""
    if recorded is None:
        return False
    try:
        with FileIO(file) as opened:  # a Path takes as long again to read
            contents = opened.readall()
    except OSError:
        return False
    return sum_of(source, contents) == recorded


def is_worth_a_record(made: int, recorded: int) -> bool:
    """Tell whether so many files of those with a sum were made that another file pays."""
    return made > 0 and made >= WORTH_A_RECORD * recorded


def sum_of(source: str, contents: bytes) -> str:
    """Return the sum of a file with these contents that was made of this source."""
    made_of = f"{_program()}{source}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"%d:%b%b" % (len(made_of), made_of, contents)).hexdigest()


@cache
def _program() -> str:
    """Return a sum of all that makes text of definitions: nixgen, Jinja2 and Python."""
    program = hashlib.sha256(sys.version.encode())
    for file in _program_files():
        contents = file.read_bytes()
        program.update(b"%d:%b" % (len(contents), contents))
    return program.hexdigest()


def _program_files() -> Iterator[Path]:
    package = Path(__file__).parents[1]
    yield from sorted(package.rglob("*.py"))
    yield from sorted((package / "project" / "templates").iterdir())
    jinja2 = importlib.util.find_spec("jinja2")
    if jinja2 is not None and jinja2.origin is not None:
        yield from sorted(Path(jinja2.origin).parent.glob("*.py"))

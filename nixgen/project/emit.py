"""Write a project's files: plan them, compare them with what is there, write what differs.

Two kinds of files are written. A generated file begins with a marker; the files of the Nix library
are copies, and a list beside them holds their sums. A file that has neither, or whose sum differs,
was not written by nixgen or was changed since: it is never overwritten or removed.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from attrs import Factory, frozen

from nixgen.errors import UsageError
from nixgen.files.atomic_write import TEMPORARY_PREFIX, write_atomically
from nixgen.files.folder_lock import locked
from nixgen.files.left_over import remove_left_over
from nixgen.project.emitted import is_worth_a_record, write_record
from nixgen.project.hydra_spec import SPEC_DESCRIPTION, is_generated_spec
from nixgen.project.plan import MARKER, Plan

LIBRARY_LIST = "nix/nixgen-library.json"


@frozen
class Changes:
    """What has to happen to a folder: new contents by path, and the paths to remove.

    `record` says anew what generated files were made of; it is empty where the old one may stay.
    """

    write: Mapping[str, bytes]
    remove: tuple[str, ...]
    record: Mapping[str, str] = Factory(dict)

    def __bool__(self) -> bool:
        return bool(self.write or self.remove)


def compare(folder: Path, plan: Plan) -> Changes:
    """Return what separates the folder from the plan, before or after what another process writes.

    Raises UsageError when that would overwrite a file that is not nixgen's own.
    """
    with locked(folder, shared=True):
        return _compare(folder, plan)


def _compare(folder: Path, plan: Plan) -> Changes:
    listed = _read_list(folder)
    write: dict[str, bytes] = {}
    for path, text in plan.generated.items():
        current = _read(folder / path)
        if current is not None and not _is_generated(path, current):
            raise _not_ours(path, _missing_mark(path))
        if current != text.encode():
            write[path] = text.encode()
    for path, contents in plan.library.items():
        current = _read(folder / path)
        if current == contents:
            continue
        if current is not None and _sum(current) != listed.get(path):
            raise _not_ours(path, "it was changed since nixgen laid it there")
        write[path] = contents
    if plan.library:
        new_list = json.dumps(
            {path: _sum(plan.library[path]) for path in sorted(plan.library)}, indent=1
        )
        if _read(folder / LIBRARY_LIST) != (encoded := f"{new_list}\n".encode()):
            write[LIBRARY_LIST] = encoded
    remove = (*_obsolete_generated(folder, plan), *_obsolete_library(folder, plan, listed))
    made = len(plan.sums.keys() & plan.generated.keys())
    return Changes(write, remove, plan.sums if is_worth_a_record(made, len(plan.sums)) else {})


def apply(folder: Path, changes: Changes) -> None:
    """Make the changes, each file whole or not at all.

    Raises UsageError when a file cannot be written.
    """
    with locked(folder):
        remove_left_over(_temporary_files(folder))
        for path, contents in changes.write.items():
            write_atomically(folder / path, contents)
        for path in changes.remove:
            (folder / path).unlink(missing_ok=True)
        if changes.record:
            write_record(folder, changes.record)


def differences(folder: Path, changes: Changes) -> Iterator[str]:
    """Yield the changes as the lines of a unified diff."""
    after: dict[str, bytes | None] = {**changes.write, **dict.fromkeys(changes.remove)}
    for path, contents in sorted(after.items()):
        yield from difflib.unified_diff(
            _lines(_read(folder / path)), _lines(contents), path, path, lineterm=""
        )


def _lines(contents: bytes | None) -> list[str]:
    return (contents or b"").decode(errors="replace").splitlines()


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None


def _is_generated(path: str, contents: bytes) -> bool:
    """Tell whether the file has the mark of what nixgen makes; JSON has no comment for one."""
    if path.endswith(".json"):
        return is_generated_spec(contents)
    return contents.startswith(MARKER.encode())


def _missing_mark(path: str) -> str:
    if path.endswith(".json"):
        return f"its description is not {SPEC_DESCRIPTION!r}"
    return f"its first line does not begin with `{MARKER}`"


def _not_ours(path: str, reason: str) -> UsageError:
    return UsageError(
        f"{path}: nixgen does not overwrite this file: {reason}",
        "move or remove it, then run the command again",
    )


def _sum(contents: bytes) -> str:
    return hashlib.sha256(contents).hexdigest()


def _read_list(folder: Path) -> dict[str, str]:
    try:
        listed = json.loads(_read(folder / LIBRARY_LIST) or b"{}")
    except ValueError:
        listed = None
    if not isinstance(listed, dict) or not all(map(_is_below_nix, listed)):
        raise UsageError(
            f"{LIBRARY_LIST}: expected a JSON object with the sums of files below nix/",
            "restore it from your version control, or remove nix/ and run `nixgen emit`",
        )
    return listed


def _is_below_nix(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return parts[:1] == ("nix",) and ".." not in parts


def _obsolete_generated(folder: Path, plan: Plan) -> Iterator[str]:
    kept = plan.generated.keys() | plan.sums.keys()
    for complete in plan.folders:
        names = (file.name for file in (folder / complete).glob("*.nix"))
        for path in sorted(f"{complete}/{name}" for name in names):
            if path not in kept and _is_generated(path, _read(folder / path) or b""):
                yield path


def _obsolete_library(folder: Path, plan: Plan, listed: Mapping[str, str]) -> Iterator[str]:
    if not plan.library:
        return
    for path, sha256 in listed.items():
        current = _read(folder / path)
        if path not in plan.library and current is not None and _sum(current) == sha256:
            yield path


def _temporary_files(folder: Path) -> Iterator[Path]:
    """Yield what is being written in the folder, or was when a run was killed."""
    yield from folder.glob(f"{TEMPORARY_PREFIX}*")
    yield from (folder / "nix").rglob(f"{TEMPORARY_PREFIX}*")

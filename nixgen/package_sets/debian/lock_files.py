"""The files of a lock: how they are written, read and copied, each set by one process at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nixgen.errors import UsageError
from nixgen.files.atomic_write import TEMPORARY_PREFIX, write_atomically
from nixgen.files.folder_lock import locked
from nixgen.files.left_over import remove_left_over, remove_left_over_folders
from nixgen.files.own_folder import OWN_FOLDER
from nixgen.names import unmet_suite_rule
from nixgen.package_sets.debian import seed
from nixgen.package_sets.debian.schema import NIX_SYSTEMS

LOCK_NAME = "debian.lock.json"
SEED_NAMES = "debian.seed.*.tar.xz"
OLD_FORM = ("debian.json", "busybox")
"""The lock of one machine, in the project's own folder, that nixgen had before."""

Lock = Mapping[str, Any]


def seed_name(architecture: str) -> str:
    """Return the name of the file with the seed of an architecture, by Debian's name of that."""
    return SEED_NAMES.replace("*", architecture)


def write_lock(folder: Path, content: Lock, seeds: Mapping[str, bytes]) -> list[Path]:
    """Write a lock and its seed programs, by architecture, into a project's folder.

    The lock of the old form goes. Files that are as they should be stay; a lock is, where nothing
    differs but the time of the snapshot. Returns the files that were written. Raises UsageError
    when they cannot be.
    """
    with _written(folder):
        stale_seeds = {
            folder / seed_name(architecture): program
            for architecture, program in seeds.items()
            if not _holds_seed(folder / seed_name(architecture), program)
        }
        for file, program in stale_seeds.items():
            _write(file, seed.pack(program))
        lock = folder / LOCK_NAME
        is_same = not lock.is_symlink() and _untimed(read_lock(lock)) == _untimed(content)
        if not is_same:
            _write(lock, to_text(content).encode())
        wanted = {folder / seed_name(architecture) for architecture in seeds}
        old_form = {folder / OWN_FOLDER / name for name in OLD_FORM}
        for stale in (set(folder.glob(SEED_NAMES)) - wanted) | old_form:
            stale.unlink(missing_ok=True)
    return [*stale_seeds, *([] if is_same else [lock])]


def remove_traces(folder: Path) -> None:
    """Remove what killed runs left beside the lock, and their temporary folders."""
    remove_left_over(folder.glob(f"{TEMPORARY_PREFIX}debian.*"))
    remove_left_over_folders()


def to_text(content: Lock) -> str:
    """Return the lock as JSON, each package on a line of its own: git then shows what changed."""
    rest = {key: value for key, value in content.items() if key != "architectures"}
    text = json.dumps(rest, indent=2).removesuffix("\n}")
    lists = ",\n".join(
        f'    {json.dumps(name)}: {{\n      "seed": {json.dumps(each["seed"])},\n'
        f'      "packages": {{\n{_package_lines(each["packages"])}\n      }}\n    }}'
        for name, each in content["architectures"].items()
    )
    return f'{text},\n  "architectures": {{\n{lists}\n  }}\n}}\n'


def read_lock(file: Path) -> Any:
    """Return what a lock file says, None where there is none that can be read."""
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def made_for(project: Path) -> tuple[str | None, list[str]]:
    """Return the release and the architectures of the project's lock, as far as it tells them."""
    content = read_lock(project / LOCK_NAME)
    said = content if isinstance(content, dict) else {}
    suite, architectures = said.get("suite"), said.get("architectures")
    return (
        suite if isinstance(suite, str) and unmet_suite_rule(suite) is None else None,
        [name for name in architectures if name in NIX_SYSTEMS]
        if isinstance(architectures, dict)
        else [],
    )


def lock_state(project: Path) -> object:
    """Return what differs between two looks if the project's lock was written in between."""
    with locked(project, shared=True):
        return [(file, _state(file)) for file in sorted(lock_files(project))]


def copy_lock(project: Path, target: Path) -> None:
    """Copy the project's lock with its seed into a folder. Raises OSError where there is none."""
    with locked(project, shared=True):
        for file in [project / LOCK_NAME, *project.glob(SEED_NAMES)]:
            shutil.copy(file, target / file.name)


def lock_files(project: Path) -> list[Path]:
    """Return the files of the project's lock, as far as they are there."""
    return [*project.glob(LOCK_NAME), *project.glob(SEED_NAMES)]


def _untimed(content: Any) -> Any:
    if not isinstance(content, dict) or not isinstance(content.get("archives"), dict):
        return None
    archives = {
        name: {key: value for key, value in archive.items() if key != "snapshot"}
        for name, archive in content["archives"].items()
        if isinstance(archive, dict)
    }
    return {**content, "archives": archives}


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}") from None
    with locked(folder):
        yield


def _holds_seed(file: Path, program: bytes) -> bool:
    """Tell whether the program is in the archive, which others may have compressed differently."""
    is_own = file.is_file() and not file.is_symlink()
    return is_own and seed.unpack(file.read_bytes()) == program


def _write(file: Path, contents: bytes) -> None:
    _clear(file)
    write_atomically(file, contents)


def _clear(file: Path) -> None:
    """Remove what stands in the place of a file, such as folders that container engines make."""
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    elif file.is_symlink():
        file.unlink()


def _package_lines(packages: Mapping[str, Any]) -> str:
    return ",\n".join(
        f"        {json.dumps(name)}: {json.dumps(package)}" for name, package in packages.items()
    )


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns

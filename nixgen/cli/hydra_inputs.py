"""What Hydra would pass to the jobs' expression, made of what is on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nixgen.definitions import Jobset, JobsetInput, Project
from nixgen.definitions.hydra import SOURCE
from nixgen.errors import UsageError
from nixgen.files.folder_lock import locked
from nixgen.files.left_over import temporary_folder
from nixgen.package_sets.debian import copy_lock
from nixgen.programs import git, nix
from nixgen.programs.hydra import Argument
from nixgen.programs.nix_roots import Roots
from nixgen.project.hydra_spec import jobset_inputs

PACKAGE_LOCK = "packageLock"
"""The input that holds the lock of the Debian packages, which git does not have."""

_NO_COMMIT = "0" * 40


def source_argument(folder: Path, roots: Roots) -> tuple[Argument, str]:
    """Return the project's files as Hydra's git input has them, and the folder's path in it.

    They are what git has or would take; outside of git all files but hidden ones and results.
    """
    top = git.top_level(folder) or folder
    commit_id = git.head(folder) or _NO_COMMIT
    with temporary_folder() as copy:
        with locked(folder, shared=True):  # no file comes or goes
            paths = git.versioned_files(top) if git.top_level(folder) else _plain_files(top)
            _copy_files(paths, top, copy)
        store_path = nix.add_to_store(copy, "source", roots=roots)
    below = folder.resolve().relative_to(top.resolve()).as_posix()
    return {
        "storePath": store_path,
        "inputType": "git",
        "uri": top.resolve().as_uri(),
        "rev": commit_id,
        "revCount": 1,
        "gitTag": commit_id[:7],
        "shortRev": commit_id[:7],
    }, "" if below == "." else f"{below}/"


def _copy_files(paths: Sequence[str], source: Path, target: Path) -> None:
    for path in paths:
        if (source / path).is_file() or (source / path).is_symlink():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / path, target / path, follow_symlinks=False)


def _plain_files(folder: Path) -> list[str]:
    return [
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if not any(part.startswith(".") for part in file.relative_to(folder).parts)
        and not (file.is_symlink() and file.name.startswith("result"))
    ]


def jobset_arguments(
    folder: Path, project: Project, jobset: Jobset | None, local: Mapping[str, Path], roots: Roots
) -> dict[str, Argument]:
    """Return the arguments of a jobset beside the source.

    `local` holds the paths that stand for what Hydra would fetch. Without a jobset every job is
    asked for, those that push as well. Raises UsageError for an input that is not here.
    """
    with temporary_folder() as temporary:
        lock = temporary / PACKAGE_LOCK
        here = {**({PACKAGE_LOCK: lock} if _copy_lock(folder, lock) else {}), **local}
        if jobset is None or project.hydra is None:
            stored = {name: _stored(path, "path", roots) for name, path in here.items()}
            return {"pushToDockerRegistry": {"value": True}, **stored}
        return {
            name: _argument(name, given, here, roots)
            for name, given in jobset_inputs(project.hydra, jobset).items()
            if name != SOURCE
        }


def _copy_lock(project: Path, target: Path) -> bool:
    """Copy the lock of the project if it has one; its folder holds what changes all the time."""
    target.mkdir()
    try:
        copy_lock(project, target)
    except FileNotFoundError:
        return False
    return True


def _argument(name: str, given: JobsetInput, local: Mapping[str, Path], roots: Roots) -> Argument:
    match given.type:
        case "string":
            return {"value": given.value}
        case "boolean":
            return {"value": given.value == "true"}
    path = local.get(name) or Path(str(given.value))
    if not path.exists():
        raise UsageError(
            f"the input {name} ({given.type}: {given.value}) is not on this machine",
            f"pass what stands for it: --input {name}=PATH",
        )
    return _stored(path, given.type, roots)


def _stored(path: Path, input_type: str, roots: Roots) -> dict[str, Any]:
    resolved = path.resolve()
    name = resolved.name.lstrip(".") or SOURCE  # of a store path, with no dot in front
    return {"storePath": nix.add_to_store(resolved, name, roots=roots), "inputType": input_type}

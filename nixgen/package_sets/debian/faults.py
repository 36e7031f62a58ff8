"""What may be wrong with a lock of the debian package set, or with the seed beside it.

Whatever Nix would stumble over is found here, so that `nixgen packages lock` makes the lock anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from platform import machine
from typing import Any

from nixgen.definitions import DebianPackageSet
from nixgen.names import is_uid_of_user
from nixgen.package_sets.debian import seed
from nixgen.package_sets.debian.lock_files import seed_name
from nixgen.package_sets.debian.schema import (
    NIX_SYSTEMS,
    PACKAGE_FIELDS,
    SCHEMA_VERSION,
    is_archive,
    is_package_name,
    is_sha256,
)
from nixgen.package_sets.debian.wanted import wanted_packages


def is_current(lock_file: Path, package_set: DebianPackageSet) -> bool:
    """Tell whether lock and seed serve for the package set, and need not be made anew."""
    return find_fault(lock_file, package_set) is None


def find_fault(lock_file: Path, package_set: DebianPackageSet) -> str | None:
    """Return what is wrong with the lock or the seeds beside it, None where nothing is."""
    try:
        content = json.loads(lock_file.read_bytes())
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    except (ValueError, RecursionError):
        return "it is no JSON"
    if not isinstance(content, dict):
        return "it is no JSON object"
    faults = (
        *_kind_faults(content),
        *_wish_faults(content, package_set),
    )
    return next(iter(faults), None) or next(_list_faults(content, lock_file.parent), None)


def _kind_faults(content: Mapping[str, Any]) -> Iterator[str]:
    # To Nix `true` and `1.0` are no integers.
    version = content.get("schemaVersion")
    if type(version) is not int or version != SCHEMA_VERSION:
        yield "it was written by another version of nixgen"
    for key, kind in (("archives", dict), ("uids", dict), ("architectures", dict)):
        if not isinstance(content.get(key), kind):
            yield f"it has no {key}"


def _wish_faults(content: Mapping[str, Any], package_set: DebianPackageSet) -> Iterator[str]:
    """Yield what the definitions ask for and the lock is not made for."""
    if content.get("wanted") != wanted_packages(package_set):
        yield "the packages that it was made for are not those that the project asks for"
    if content.get("uids") != dict(package_set.uids):
        yield "the uids in it are not those of the project"


def _list_faults(content: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Yield what is wrong with the parts of a lock that has all of them."""
    if not isinstance(content.get("suite"), str):
        yield "it has no suite"
    for name, archive in content["archives"].items():
        if not is_archive(archive):
            yield f"it does not say where the archive {name} is"
    for user, uid in content["uids"].items():
        if not is_uid_of_user(user, uid):
            yield f"{user}: {uid} is no user's number"
    system = f"{machine()}-linux"
    if system not in {NIX_SYSTEMS.get(name) for name in content["architectures"]}:
        yield f"it has no packages for {system}"
    for name, architecture in content["architectures"].items():
        yield from _architecture_faults(name, architecture, content, folder)


def _architecture_faults(
    name: str, architecture: Any, content: Mapping[str, Any], folder: Path
) -> Iterator[str]:
    packages = architecture.get("packages") if isinstance(architecture, dict) else None
    if not isinstance(packages, dict):
        yield f"it has no packages for {name}"
        return
    yield from _seed_faults(architecture.get("seed"), folder / seed_name(name))
    for wanted in content["wanted"]:
        if wanted not in packages:
            yield f"it lacks the package {wanted}"
    for package, said in packages.items():
        yield from _package_faults(package, said, packages, content["archives"])


def _seed_faults(locked: Any, file: Path) -> Iterator[str]:
    if not is_sha256(locked):
        yield f"it does not say what {file.name} is"
    try:
        program = None if file.is_symlink() else seed.unpack(file.read_bytes())
    except OSError as error:
        yield f"{file.name} beside it cannot be read: {error.strerror}"
        return
    if program is None or seed.nar_sha256(program) != locked:
        yield f"{file.name} beside it is not the one that was locked"


def _package_faults(
    name: str, package: Any, packages: Mapping[str, Any], archives: Mapping[str, Any]
) -> Iterator[str]:
    if not is_package_name(name) or not isinstance(package, dict):
        yield f"{name!r} is no package"
        return
    for key, is_right in PACKAGE_FIELDS.items():
        if not is_right(package.get(key)):
            yield f"the package {name} has no {key} that can be used"
            return
    if package["archive"] not in archives:
        yield f"it lacks the archive {package['archive']}, which has {name}"
    for dependency in (*package["preDepends"], *package["depends"]):
        if not isinstance(dependency, str) or dependency not in packages:
            yield f"it lacks the package {dependency}, which {name} needs"

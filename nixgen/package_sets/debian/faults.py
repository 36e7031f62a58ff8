"""What may be wrong with a lock of the debian package set, or with the seed beside it.

Whatever Nix would stumble over is found here, so that `nixgen packages lock` makes the lock anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from platform import machine
from typing import Any

from attrs import frozen

from nixgen.definitions import DebianPackageSet
from nixgen.names import is_uid_of_user
from nixgen.package_sets.debian import seed
from nixgen.package_sets.debian.lock_files import seed_name
from nixgen.package_sets.debian.schema import (
    PACKAGE_FIELDS,
    SCHEMA_VERSION,
    is_archive,
    is_package_name,
    is_sha256,
    native_architecture,
)
from nixgen.package_sets.debian.wanted import wanted_packages


@frozen
class Misfit:
    """What the definitions ask for that a lock, good in itself, was not made for.

    `reason` is set where that is more than packages that were added or removed.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    reason: str | None


def is_current(lock_file: Path, package_set: DebianPackageSet) -> bool:
    """Tell whether lock and seed serve for the package set, and need not be made anew."""
    return find_fault(lock_file, package_set) is None


def find_fault(lock_file: Path, package_set: DebianPackageSet) -> str | None:
    """Return what is wrong with the lock or the seeds beside it, None where nothing is."""
    if damage := find_damage(lock_file):
        return damage
    misfit = find_misfit(lock_file, package_set)
    if misfit is None:
        return None
    difference = ", ".join([*misfit.added, *misfit.removed])
    return misfit.reason or f"it was not made for the same packages ({difference})"


def find_damage(lock_file: Path, *, seeds: bool = True) -> str | None:
    """Return what Nix would stumble over in the lock, and unless told otherwise in the seeds."""
    try:
        content = json.loads(lock_file.read_bytes())
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    except (ValueError, RecursionError):
        return "it is no JSON"
    if not isinstance(content, dict):
        return "it is no JSON object"
    faults = chain(_kind_faults(content), _list_faults(content))
    damage = next(faults, None)
    if damage is None and seeds:
        folder = lock_file.parent
        damage = next(
            chain.from_iterable(_seed_faults(*each, folder) for each in _seeds(content)), None
        )
    return damage


def find_misfit(lock_file: Path, package_set: DebianPackageSet) -> Misfit | None:
    """Return how the definitions differ from what a lock without damage was made for."""
    content = json.loads(lock_file.read_bytes())
    asked, locked = set(wanted_packages(package_set)), set(content["wanted"])
    reason = next(_settings_faults(content, package_set), None)
    if asked == locked and not reason:
        return None
    return Misfit(tuple(sorted(asked - locked)), tuple(sorted(locked - asked)), reason)


def _settings_faults(content: Mapping[str, Any], package_set: DebianPackageSet) -> Iterator[str]:
    if content["uids"] != dict(package_set.uids):
        yield "the uids in it are not those of the project"
    if package_set.suite not in {None, content["suite"]}:
        yield f"it is for {content['suite']}, and the project for {package_set.suite}"
    architectures = package_set.architectures
    if architectures and set(architectures) != set(content["architectures"]):
        yield f"it is for {', '.join(content['architectures'])}, not for {', '.join(architectures)}"


def _kind_faults(content: Mapping[str, Any]) -> Iterator[str]:
    # To Nix `true` and `1.0` are no integers.
    version = content.get("schemaVersion")
    if type(version) is not int or version != SCHEMA_VERSION:
        yield "it was written by another version of nixgen"
    kinds = (("suite", str), ("archives", dict), ("uids", dict), ("wanted", list))
    for key, kind in (*kinds, ("architectures", dict)):
        if not isinstance(content.get(key), kind):
            yield f"it has no {key}"


def _seeds(content: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, each["seed"]) for name, each in content["architectures"].items()]


def _list_faults(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the parts of a lock that has all of them."""
    for name, archive in content["archives"].items():
        if not is_archive(archive):
            yield f"it does not say where the archive {name} is"
    for user, uid in content["uids"].items():
        if not is_uid_of_user(user, uid):
            yield f"{user}: {uid} is no user's number"
    if native_architecture() not in content["architectures"]:
        yield f"it has no packages for {machine()}"
    for name, architecture in content["architectures"].items():
        yield from _architecture_faults(name, architecture, content)


def _architecture_faults(name: str, architecture: Any, content: Mapping[str, Any]) -> Iterator[str]:
    packages = architecture.get("packages") if isinstance(architecture, dict) else None
    if not isinstance(packages, dict):
        yield f"it has no packages for {name}"
        return
    if not is_sha256(architecture.get("seed")):
        yield f"it does not say what {seed_name(name)} is"
    for wanted in content["wanted"]:
        if not isinstance(wanted, str) or wanted not in packages:
            yield f"it lacks the package {wanted}"
    for package, said in packages.items():
        yield from _package_faults(package, said, packages, content["archives"])


def _seed_faults(architecture: str, locked: str, folder: Path) -> Iterator[str]:
    file = folder / seed_name(architecture)
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

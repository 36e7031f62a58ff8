"""Write a lock of what apt knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from nixgen.definitions import DebianPackageSet
from nixgen.definitions.kinds import ListOf
from nixgen.errors import UsageError
from nixgen.files.left_over import SEED_FOLDER, temporary_folder
from nixgen.package_sets.debian import seed
from nixgen.package_sets.debian.lock_files import made_for, write_lock
from nixgen.package_sets.debian.relations import Record, find_relations, reachable
from nixgen.package_sets.debian.schema import NIX_SYSTEMS, SCHEMA_VERSION
from nixgen.package_sets.debian.sources import apt_for, codename
from nixgen.package_sets.debian.wanted import wanted_packages
from nixgen.programs.apt import Apt, ConflictError, Download, unpack_deb
from nixgen.programs.apt_archives import Archive, archives_of, snapshot

FIRST_NEEDED = "?essential"
"""apt's pattern for the Essential packages, which may be used without being depended upon."""


@frozen
class _Locked:
    """What a lock says of one architecture."""

    suite: str
    archives: Mapping[str, Mapping[str, str]]
    packages: Mapping[str, Any]
    program: bytes


def lock(package_set: DebianPackageSet, folder: Path) -> list[Path]:
    """Write the project's lock and its seed into the folder; return the files that were written.

    A lock that says the same of every package stays as it is. Release and architectures are the
    project's, else those of the lock that there is. Raises UsageError when apt is missing, knows no
    packages or not one of the wanted, and when the lock cannot be written.
    """
    wanted = wanted_packages(package_set)
    suite_before, architectures_before = made_for(folder)
    suite = package_set.suite or suite_before
    asked: ListOf[str] = package_set.architectures
    architectures = asked or [*architectures_before, _native_architecture()]
    locked = {
        name: _locked(package_set, suite, wanted, name) for name in sorted(set(architectures))
    }
    content = {
        "schemaVersion": SCHEMA_VERSION,
        "suite": suite or next(iter(locked.values())).suite,
        "archives": _archives(locked.values()),
        "wanted": wanted,
        "uids": dict(sorted(package_set.uids.items())),
        "architectures": {
            name: {"seed": seed.nar_sha256(each.program), "packages": each.packages}
            for name, each in locked.items()
        },
    }
    return write_lock(folder, content, {name: each.program for name, each in locked.items()})


def _native_architecture() -> str:
    architecture = Apt().native_architecture()
    if architecture not in NIX_SYSTEMS:
        known = ", ".join(sorted(NIX_SYSTEMS))
        raise UsageError(f"the debian package set is for {known}, not for {architecture}")
    return architecture


def _locked(
    package_set: DebianPackageSet, suite: str | None, wanted: Sequence[str], architecture: str
) -> _Locked:
    with apt_for(suite, architecture, package_set) as apt:
        archives = archives_of(apt)
        packages, program = _packages(apt, wanted, archives)
        used = {package["archive"] for package in packages.values()}
        described = {name: _archive(name, archives) for name in used}
        return _Locked(codename(archives), described, packages, program)


def _archives(locked: Iterable[_Locked]) -> dict[str, Mapping[str, str]]:
    """Return the archives of all architectures; of two times the later, when both were complete."""
    archives: dict[str, Mapping[str, str]] = {}
    for each in locked:
        for name, archive in each.archives.items():
            known = archives.get(name, {})
            archives[name] = max(known, archive, key=lambda said: said.get("snapshot", ""))
    return dict(sorted(archives.items()))


def _packages(
    apt: Apt, wanted: Sequence[str], archives: Sequence[Archive]
) -> tuple[dict[str, Any], bytes]:
    """Return what the lock says of all that is needed, by name, and the seed program."""
    own = wanted_packages(DebianPackageSet())
    added = [name for name in wanted if name not in own]
    downloads = {each.package: each for each in _closure(apt, own, added)}
    records = apt.show_records(list(downloads.values()))
    pre_depends = find_relations(records, "Pre-Depends")
    depends = find_relations(records, "Depends")
    essential = [name for name, record in records.items() if record.get("Essential") == "yes"]
    needed = reachable([*wanted, *essential], lambda name: [*pre_depends[name], *depends[name]])
    packages = {
        name: {
            **_described(downloads[name], records[name], archives),
            "preDepends": pre_depends[name],
            "depends": depends[name],
        }
        for name in needed
    }
    return packages, _read_seed(apt, downloads[seed.PACKAGE], records[seed.PACKAGE])


def _closure(apt: Apt, own: Sequence[str], added: Sequence[str]) -> list[Download]:
    """Return what is to be downloaded for the set's own packages and those of the project.

    Packages of the project that exclude each other are for different images: they are asked for
    apart, in halves until apt has an answer for each.
    """
    try:
        return apt.find_closure([*own, FIRST_NEEDED, *added])
    except ConflictError:
        if len(added) < 2:
            raise
    middle = len(added) // 2
    return [*_closure(apt, own, added[:middle]), *_closure(apt, own, added[middle:])]


def _described(download: Download, record: Record, archives: Sequence[Archive]) -> dict[str, Any]:
    return {
        "version": download.version,
        "archive": _archive_name(download, record, archives),
        "path": _path(record),
        "sha256": record["SHA256"],
        "size": int(record["Size"]),
        "installedSize": int(record.get("Installed-Size", "0")) * 1024,
        "architecture": record["Architecture"],
        "section": record.get("Section", "unknown"),
        "priority": record.get("Priority", "optional"),
        "essential": record.get("Essential") == "yes",
    }


def _path(record: Record) -> str:
    return record["Filename"].removeprefix("./")


def _archive_name(download: Download, record: Record, archives: Sequence[Archive]) -> str:
    """Return the name of the archive that apt would fetch the file from."""
    base = download.base(_path(record))
    found = next((each.name for each in archives if each.base == base), None)
    if found is None:
        raise UsageError(
            f"{download.package}: apt fetches it from {base}, which is none of its sources",
            "run `apt-get update` as root, then try again",
        )
    return found


def _archive(name: str, archives: Sequence[Archive]) -> Mapping[str, str]:
    """Return what the lock says of an archive: how to find it once mirrors have newer packages."""
    parts = [each for each in archives if each.name == name]
    if not parts[0].is_debian:
        return {"address": parts[0].address}
    return {"snapshot": snapshot(parts)}


def _read_seed(apt: Apt, download: Download, record: Record) -> bytes:
    """Take the static busybox out of its .deb file, checked by its SHA-256."""
    with temporary_folder(SEED_FOLDER) as temporary:
        deb = apt.fetch_deb(download, temporary)
        if hashlib.sha256(deb.read_bytes()).hexdigest() != record["SHA256"]:
            raise UsageError(f"{download.address}: its SHA-256 is not the one in apt's lists")
        unpack_deb(deb, temporary / "files")
        found = sorted((temporary / "files").glob("**/bin/busybox"))
        return found[0].read_bytes()

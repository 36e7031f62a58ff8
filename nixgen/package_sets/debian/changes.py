"""What differs between two locks, as far as people ask about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from nixgen.files.own_folder import OWN_FOLDER
from nixgen.package_sets.debian.lock_files import LOCK_NAME, OLD_FORM, read_lock
from nixgen.package_sets.debian.schema import native_architecture

SECURITY_ARCHIVE = "debian-security"


@frozen
class LockedPackage:
    """A version, and the archive that it was locked from; the old form of locks does not say."""

    version: str
    archive: str | None


@frozen
class Change:
    """A package whose version is another one, or None where it was not there or is no more."""

    package: str
    before: str | None
    after: str | None
    is_security: bool


def locked_packages(project: Path) -> dict[str, LockedPackage]:
    """Return what the project's lock holds, by package; one of the old form counts as well.

    Of several architectures this machine's goes before the others.
    """
    lists = _lists(read_lock(project / LOCK_NAME))
    if not lists:
        lists = [_mapping(read_lock(project / OWN_FOLDER / OLD_FORM[0]), "packages")]
    return {
        name: LockedPackage(package["version"], package.get("archive"))
        for packages in lists
        for name, package in packages.items()
        if isinstance(package, dict) and "version" in package
    }


def find_changes(
    before: Mapping[str, LockedPackage], after: Mapping[str, LockedPackage]
) -> Iterator[Change]:
    """Yield what differs, sorted by package.

    A change is one of security where the new version comes from the archive of security updates.
    """
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        version_before = old.version if old else None
        version_after = new.version if new else None
        if version_before != version_after:
            is_security = bool(old and new and new.archive == SECURITY_ARCHIVE)
            yield Change(name, version_before, version_after, is_security)


def has_old_form(project: Path) -> bool:
    """Tell whether the project has a lock as nixgen wrote them for one machine."""
    return (project / OWN_FOLDER / OLD_FORM[0]).is_file()


def _lists(content: Any) -> list[Mapping[str, Any]]:
    by_architecture = _mapping(content, "architectures")
    native = native_architecture()
    names = sorted(by_architecture, key=lambda name: name == native)
    return [_mapping(by_architecture[name], "packages") for name in names]


def _mapping(content: Any, key: str) -> Mapping[str, Any]:
    value = content.get(key) if isinstance(content, dict) else None
    return value if isinstance(value, dict) else {}

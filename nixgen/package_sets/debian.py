"""The lock of the debian package set: which .deb files Nix fetches, and by which hash.

`debian.json` holds the wanted packages with all that they depend on; beside it lies `busybox`,
the one program that Nix cannot unpack for itself because it unpacks all the others.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from platform import machine
from typing import Any

from nixgen.errors import UsageError
from nixgen.files.atomic_write import TEMPORARY_PREFIX
from nixgen.files.left_over import (
    SEED_FOLDER,
    remove_left_over,
    remove_left_over_folders,
    temporary_folder,
)
from nixgen.files.own_folder import OWN_FOLDER, OwnFolder
from nixgen.package_sets.debian_faults import PACKAGE_NAME, lock_faults, read_seed
from nixgen.programs import apt
from nixgen.rules import nix_library

SCHEMA_VERSION = 1
LOCK_FOLDER = OWN_FOLDER
LOCK_NAME = "debian.json"
SEED_NAME = "busybox"
SEED_PACKAGE = "busybox-static"
NIX_SYSTEMS = {"amd64": "x86_64-linux", "arm64": "aarch64-linux"}

Lock = Mapping[str, Any]
Record = Mapping[str, str]


def lock(wanted: Iterable[str], folder: Path) -> Path:
    """Write the lock and the seed program into the folder and return the lock's path.

    `wanted` names the Debian packages that a project asks for beyond the set's own. Raises
    UsageError when apt is missing, knows no packages or not one of the wanted, and when the lock
    cannot be written.
    """
    names = _all_wanted(wanted)
    _refuse_illegal_names(names)
    architecture = apt.native_architecture()
    if architecture not in NIX_SYSTEMS:
        known = ", ".join(sorted(NIX_SYSTEMS))
        raise UsageError(f"the debian package set is for {known}, not for {architecture}")
    downloads = {each.package: each for each in apt.find_closure(names)}
    records = apt.show_records(list(downloads.values()))
    dependencies = find_dependencies(records, ignored=_ignored_dependencies())
    locked = {
        name: {
            "version": downloads[name].version,
            "address": downloads[name].address,
            "sha256": records[name]["SHA256"],
            "installedSize": int(records[name].get("Installed-Size", "0")) * 1024,
            "dependencies": dependencies[name],
        }
        for name in reachable(names, dependencies)
    }
    seed = _read_seed(downloads[SEED_PACKAGE], records[SEED_PACKAGE])
    content = {
        **_required(NIX_SYSTEMS[architecture], names, seed),
        "architecture": architecture,
        "packages": locked,
    }
    write_lock(folder, content, seed)
    return folder / LOCK_NAME


def write_lock(folder: Path, content: Lock, seed: bytes) -> None:
    """Write a lock and the seed that fits it: no other process writes or reads one in between.

    Raises UsageError when they cannot be written.
    """
    own = OwnFolder(folder)
    with own.written():
        _clear(folder / SEED_NAME)
        own.write(SEED_NAME, seed, mode=0o755)
        _clear(folder / LOCK_NAME)
        own.write(LOCK_NAME, (json.dumps(content, indent=2) + "\n").encode())


def lock_state(project: Path) -> object:
    """Return what differs between two looks if the project's lock was written in between."""
    return OwnFolder(project / LOCK_FOLDER).state(LOCK_NAME, SEED_NAME)


def copy_lock(project: Path, target: Path) -> None:
    """Copy the project's lock with its seed into a folder. Raises OSError where there is none."""
    own = OwnFolder(project / LOCK_FOLDER)
    with own.read():
        for name in (LOCK_NAME, SEED_NAME):
            shutil.copy(own.path / name, target / name)


def remove_traces(folder: Path) -> None:
    """Remove what killed runs left in the lock's folder, and their temporary folders."""
    remove_left_over(folder.glob(f"{TEMPORARY_PREFIX}*"))
    remove_left_over_folders()


def is_current(lock_file: Path, wanted: Iterable[str]) -> bool:
    """Tell whether lock and seed serve for the wanted packages, and need not be made anew."""
    return find_fault(lock_file, wanted) is None


def find_fault(lock_file: Path, wanted: Iterable[str]) -> str | None:
    """Return what is wrong with the lock or the seed beside it, None where nothing is."""
    seed = read_seed(lock_file.with_name(SEED_NAME))
    if seed is None:
        return f"{SEED_NAME} beside it is missing, or no program"
    required = _required(f"{machine()}-linux", _all_wanted(wanted), seed)
    return next(lock_faults(lock_file, required), None)


def _required(system: str, names: list[str], seed: bytes) -> dict[str, Any]:
    """Return what a lock says beside apt's answers."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "system": system,
        "wanted": names,
        "ignoredDependencies": _ignored_dependencies(),
        "busybox": {"narSha256": nar_sha256(SEED_NAME, seed)},
    }


def find_dependencies(
    records: Mapping[str, Record], *, ignored: Sequence[str]
) -> dict[str, list[str]]:
    """Return what each package depends on within the closure, sorted.

    Of alternatives (`a | b`) the first that the closure has is taken, by its name or as the
    provider of a virtual package (Debian Policy Manual, section 7).
    """
    providers = {
        virtual: name
        for name, record in sorted(records.items(), reverse=True)
        for virtual in _names(record.get("Provides", ""))
    } | {name: name for name in records}
    return {
        name: sorted(
            {
                provider
                for relation in _relations(record)
                for provider in [_first_provider(relation, providers)]
                if provider and provider != name and provider not in ignored
            }
        )
        for name, record in records.items()
    }


def reachable(wanted: Iterable[str], dependencies: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the wanted packages and all that they depend on, sorted."""
    found: set[str] = set()
    pending = list(wanted)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(dependencies[name])
    return sorted(found)


def nar_sha256(name: str, program: bytes) -> str:
    """Return the SHA-256 of the Nix archive of a folder that holds one executable file.

    The format is that of Dolstra's "The Purely Functional Software Deployment Model", 5.2.1.
    """

    def string(value: bytes) -> bytes:
        return len(value).to_bytes(8, "little") + value + bytes(-len(value) % 8)

    file = [b"(", b"type", b"regular", b"executable", b"", b"contents", program, b")"]
    entry = [b"entry", b"(", b"name", name.encode(), b"node", *file, b")"]
    archive = [b"nix-archive-1", b"(", b"type", b"directory", *entry, b")"]
    return hashlib.sha256(b"".join(map(string, archive))).hexdigest()


def _relations(record: Record) -> list[str]:
    fields = (record.get(field, "") for field in ("Pre-Depends", "Depends"))
    return [relation for field in fields for relation in field.split(",") if relation.strip()]


def _first_provider(relation: str, providers: Mapping[str, str]) -> str | None:
    alternatives = (name for each in relation.split("|") for name in _names(each))
    return next((providers[name] for name in alternatives if name in providers), None)


def _names(relations: str) -> list[str]:
    """Return the package names of relations, without versions, architectures and qualifiers."""
    return [
        each.split()[0].split(":")[0].split("(")[0] for each in relations.split(",") if each.strip()
    ]


def _packages_data() -> Mapping[str, Any]:
    file = nix_library() / "package-sets" / "debian" / "packages.json"
    data: Mapping[str, Any] = json.loads(file.read_bytes())
    return data


def _all_wanted(wanted: Iterable[str]) -> list[str]:
    own = (name for names in _packages_data()["packages"].values() for name in names)
    return sorted({*own, *wanted})


def _ignored_dependencies() -> list[str]:
    return sorted(_packages_data()["ignoredDependencies"])


def _refuse_illegal_names(names: Sequence[str]) -> None:
    illegal = [name for name in names if not PACKAGE_NAME.fullmatch(name)]
    if illegal:
        raise UsageError(
            f"not the name of a Debian package: {', '.join(map(repr, illegal))}",
            "expected lower case letters, digits, '+', '-' and '.', at least two of them",
        )


def _clear(file: Path) -> None:
    """Remove a folder that stands in the file's place, such as container engines leave behind."""
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)


def _read_seed(download: apt.Download, record: Record) -> bytes:
    """Take the static busybox out of its .deb file, checked by its SHA-256."""
    with temporary_folder(SEED_FOLDER) as temporary:
        deb = apt.fetch_deb(download, temporary)
        if hashlib.sha256(deb.read_bytes()).hexdigest() != record["SHA256"]:
            raise UsageError(f"{download.address}: its SHA-256 is not the one in apt's lists")
        apt.unpack_deb(deb, temporary / "files")
        found = sorted((temporary / "files").glob("**/bin/busybox"))
        return found[0].read_bytes()

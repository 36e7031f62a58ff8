"""Locks of the debian package set that no image can be built from, and what mends them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from platform import machine
from typing import Any

import pytest

from nixgen import DebianPackageSet
from nixgen.package_sets import debian

WANTED = DebianPackageSet(packages=["hello"])
ARCHITECTURE = "arm64" if machine() == "aarch64" else "amd64"
SEED_NAME = debian.seed_name(ARCHITECTURE)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lock and a seed as apt of this machine gives them."""
    folder = tmp_path_factory.mktemp("lock")
    debian.lock(WANTED, folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to be damaged."""
    return Path(shutil.copytree(made, tmp_path / "lock"))


def put(*path: str, value: Any) -> Callable[[Any], None]:
    """Return what gives a value in the lock another one."""

    def change(content: Any) -> None:
        for name in path[:-1]:
            content = content[name]
        content[path[-1]] = value

    return change


def drop(*path: str) -> Callable[[Any], None]:
    """Return what takes a value out of the lock."""

    def change(content: Any) -> None:
        for name in path[:-1]:
            content = content[name]
        del content[path[-1]]

    return change


OF_THIS_MACHINE = ("architectures", ARCHITECTURE)
PACKAGES = (*OF_THIS_MACHINE, "packages")
PACKAGE = (*PACKAGES, "hello")

CHANGES = {
    "wanted package": drop(*PACKAGE),
    "package of the set": drop(*PACKAGES, "coreutils"),
    "dependency": drop(*PACKAGES, "libc6"),
    "all packages": put(*PACKAGES, value={}),
    "list of packages": put(*PACKAGES, value=[]),
    "no packages": drop(*PACKAGES),
    "package that is none": put(*PACKAGE, value="2.10-3"),
    "name that is none": put(*PACKAGES, "Not A Name", value={}),
    "no hash": drop(*PACKAGE, "sha256"),
    "short hash": put(*PACKAGE, "sha256", value="00"),
    "hash of no text": put(*PACKAGE, "sha256", value=0),
    "no path": drop(*PACKAGE, "path"),
    "path that leads out": put(*PACKAGE, "path", value="pool/../../hello.deb"),
    "absolute path": put(*PACKAGE, "path", value="/pool/hello.deb"),
    "path with a space": put(*PACKAGE, "path", value="pool/hello world.deb"),
    "path of an address": put(*PACKAGE, "path", value="http://mirror.example/hello.deb"),
    "no archive": drop(*PACKAGE, "archive"),
    "archive that is unknown": put(*PACKAGE, "archive", value="elsewhere"),
    "no version": drop(*PACKAGE, "version"),
    "version that is none": put(*PACKAGE, "version", value="2 10"),
    "no dependencies": drop(*PACKAGE, "depends"),
    "dependencies of no list": put(*PACKAGE, "depends", value="libc6"),
    "dependency that is none": put(*PACKAGE, "preDepends", value=[{}]),
    "size below nothing": put(*PACKAGE, "size", value=-1),
    "size that is true": put(*PACKAGE, "installedSize", value=True),
    "essential that is text": put(*PACKAGE, "essential", value="yes"),
    "other architecture": put("architectures", value={"riscv64": {}}),
    "no architectures": drop("architectures"),
    "architecture that is none": put(*OF_THIS_MACHINE, value=[]),
    "other schema": put("schemaVersion", value=1),
    "schema that is true": put("schemaVersion", value=True),
    "schema in text": put("schemaVersion", value="2"),
    "other wish": put("wanted", value=["hello"]),
    "no wish": drop("wanted"),
    "wish that is no text": put("wanted", value=[[]]),
    "other uids": put("uids", value={"hello": 100}),
    "uid of root": put("uids", value={"hello": 0}),
    "no uids": drop("uids"),
    "no archives": drop("archives"),
    "archive without a time": put("archives", "debian", value={}),
    "archive of another time": put("archives", "debian", "snapshot", value="yesterday"),
    "no suite": drop("suite"),
    "no seed": drop(*OF_THIS_MACHINE, "seed"),
    "seed without a hash": put(*OF_THIS_MACHINE, "seed", value={}),
    "seed of another hash": put(*OF_THIS_MACHINE, "seed", value="0" * 64),
}


def mended(folder: Path) -> None:
    """A lock is not current, and is once it has been made anew."""
    file = folder / debian.LOCK_NAME
    assert not debian.is_current(file, WANTED)
    debian.lock(WANTED, folder)
    assert debian.is_current(file, WANTED)


def test_a_lock_as_apt_gives_it_has_no_fault(folder: Path) -> None:
    """Whatever these tests change is right before."""
    assert debian.find_fault(folder / debian.LOCK_NAME, WANTED) is None


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_damaged_lock_is_not_current(folder: Path, change: Callable[[Any], None]) -> None:
    """What Nix would stumble over makes the lock be written anew."""
    file = folder / debian.LOCK_NAME
    content = json.loads(file.read_bytes())
    change(content)
    file.write_text(json.dumps(content))
    assert not debian.is_current(file, WANTED)


@pytest.mark.parametrize("size", [0, 1, 100, 10_000, -2])
def test_a_truncated_lock_is_not_current(folder: Path, size: int) -> None:
    """A copy that was cut short holds less than JSON."""
    file = folder / debian.LOCK_NAME
    file.write_bytes(file.read_bytes()[:size])
    assert not debian.is_current(file, WANTED)


def test_a_lock_nested_without_end_is_not_current(folder: Path) -> None:
    """Python's own limit is no error of ours."""
    (folder / debian.LOCK_NAME).write_text("[" * 100_000)
    assert not debian.is_current(folder / debian.LOCK_NAME, WANTED)


def test_a_lock_that_is_a_folder_is_mended(folder: Path) -> None:
    """Container engines make a folder where a file that they mount does not exist."""
    (folder / debian.LOCK_NAME).unlink()
    (folder / debian.LOCK_NAME).mkdir()
    mended(folder)


def _make_folder(seed: Path) -> None:
    seed.unlink()
    seed.mkdir()
    (seed / "file").touch()


def _make_link(seed: Path) -> None:
    seed.rename(seed.with_name("elsewhere"))
    seed.symlink_to("elsewhere")


def _make_link_to_folder(seed: Path) -> None:
    seed.unlink()
    seed.with_name("elsewhere").mkdir()
    seed.symlink_to("elsewhere")


def _make_dangling_link(seed: Path) -> None:
    seed.unlink()
    seed.symlink_to("nowhere")


SEEDS: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda seed: seed.write_bytes(b""),
    "cut short": lambda seed: seed.write_bytes(seed.read_bytes()[:-100]),
    "no archive": lambda seed: seed.write_text("#!/bin/sh\n"),
    "other program": lambda seed: seed.write_bytes(debian.pack(b"#!/bin/sh\n")),
    "dangling link": _make_dangling_link,
}
SEEDS_IN_THE_WAY = {
    "folder": _make_folder,
    "link": _make_link,
    "link to a folder": _make_link_to_folder,
}


@pytest.mark.parametrize("damage", SEEDS.values(), ids=SEEDS.keys())
def test_a_lock_with_a_changed_seed_is_not_current(
    folder: Path, damage: Callable[[Path], object]
) -> None:
    """Nix takes nothing for the seed program but a file with the locked contents and mode."""
    damage(folder / SEED_NAME)
    assert not debian.is_current(folder / debian.LOCK_NAME, WANTED)


@pytest.mark.parametrize("damage", SEEDS_IN_THE_WAY.values(), ids=SEEDS_IN_THE_WAY.keys())
def test_what_stands_in_the_place_of_the_seed_is_replaced(
    folder: Path, damage: Callable[[Path], object]
) -> None:
    """The seed is a file of its own, and what a link led to is left alone."""
    damage(folder / SEED_NAME)
    mended(folder)
    assert not (folder / SEED_NAME).is_symlink()

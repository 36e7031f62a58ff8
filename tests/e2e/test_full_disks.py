"""Disks that are full, each a small one mounted for the test: the message names the one it is."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from project import NIX_CONFIG, copy_lock, nixgen, output

from nixgen.errors import ExitStatus

pytestmark = [
    pytest.mark.nix,
    pytest.mark.skipif(
        os.geteuid() != 0 or "daemon" in os.environ.get("NIX_REMOTE", ""),
        reason="mounts over the folders that Nix itself writes to",
    ),
]

# A database in which others write is copied by SQLite alone.
COPY = (
    "cp -a /nix/var/. $COPY && rm $COPY/nix/db/db.sqlite* && $PYTHON -c '"
    'import sqlite3 as s; s.connect("/nix/var/nix/db/db.sqlite").backup('
    "s.connect(\"'$COPY'/nix/db/db.sqlite\"))' && mount --bind $COPY /nix/var"
)

# What is written to the store goes to the disk; Nix's database, which knows of it, is a copy.
OVERLAY = (
    f"COPY=$DISK.var && mkdir $COPY && {COPY} && "
    "mkdir $DISK/upper $DISK/work && mount -t overlay "
    "-o lowerdir=/nix/store,upperdir=$DISK/upper,workdir=$DISK/work none /nix/store"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a new project with the repository's lock."""
    folder = tmp_path / "project"
    output(nixgen("--project", str(folder), "init", "--no-lock", folder=tmp_path))
    copy_lock(folder)
    return folder


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def image_of(project: Path, commands: str) -> None:
    """Give the project an image that no other test has, made by the commands."""
    (project / "images.py").write_text(
        "from nixgen import Image, Project\n\n"
        "project = Project(images={'hello': Image(\n"
        f"    name='hello', command='true', extra_commands={f': {uuid.uuid4()}; {commands}'!r},\n"
        ")})\n"
    )


def failure(
    *words: str,
    folder: Path,
    disk: Path,
    options: str,
    before: str = ":",
    environment: dict[str, str] | None = None,
) -> str:
    """Run nixgen with a tmpfs of those options as the disk; return what it says when it fails.

    `before` is done in shell once the disk is mounted.
    """
    script = f'mount -t tmpfs -o {options} none "$DISK" && {{ {before}; }} && exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", sys.executable, "-m", "nixgen", *words],
        cwd=folder,
        env={
            **os.environ,
            "NIX_CONFIG": NIX_CONFIG,
            "DISK": str(disk),
            "PYTHON": sys.executable,
            **(environment or {}),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in set(ExitStatus) - {ExitStatus.DONE}, done.stderr
    assert "Traceback" not in done.stderr
    assert "a mistake in nixgen" not in done.stderr
    return done.stderr


def told(place: Path | str, said: str) -> list[str]:
    """Return the remedies that the message names for the disk mounted there."""
    return [line for line in said.splitlines() if line.startswith(f"  {place}: ")]


def others(place: Path | str, said: str) -> list[str]:
    """Return the lines that name another disk."""
    lines = [line for line in said.splitlines() if " are free; " in line or "more files" in line]
    return [line for line in lines if line not in told(place, said)]


@pytest.mark.parametrize("options", ["size=8m", "nr_inodes=40"])
def test_a_build_that_fills_the_folder_of_builds(project: Path, disk: Path, options: str) -> None:
    """TMPDIR is named, and that it can be another; by then the build has made room again."""
    image_of(project, "cd $TMPDIR; seq 100 | xargs touch; dd if=/dev/zero of=x bs=1M count=20")
    said = failure(
        "build", folder=project, disk=disk, options=options, environment={"TMPDIR": str(disk)}
    )
    [line] = told(disk, said)
    assert "TMPDIR=FOLDER names another folder" in line
    assert [] == others(disk, said)
    assert "images.py:3: dockerImages.hello is defined here" in said


@pytest.mark.parametrize("options", ["size=20m", "nr_inodes=60"])
def test_a_build_that_fills_the_store(project: Path, disk: Path, options: str) -> None:
    """The store is named, and what removes garbage from it."""
    image_of(project, "seq 100 | xargs touch; dd if=/dev/zero of=x bs=1M count=40")
    said = failure("build", folder=project, disk=disk, options=options, before=OVERLAY)
    assert 1 == len(told("/nix/store", said)), said
    [line] = told("/nix/store", said)
    assert "nix-collect-garbage" in line
    assert [] == others("/nix/store", said)


def test_a_database_of_nix_that_has_no_room(project: Path, disk: Path) -> None:
    """SQLite calls it an error of the disk."""
    image_of(project, "true")
    fill = f"COPY=$DISK && {COPY}; cat /dev/zero >$DISK/x; :"
    said = failure("build", folder=project, disk=disk, options="size=100m", before=fill)
    assert [line for line in told("/nix/var", said) if "nix-collect-garbage" in line], said
    assert [] == others("/nix/var", said)


@pytest.mark.parametrize(
    ("options", "room"), [("size=100k", "are free"), ("nr_inodes=9", "0 more files")]
)
@pytest.mark.parametrize("command", [["init", "--no-lock"], ["emit"], ["build"]], ids=" ".join)
def test_a_project_on_a_full_disk(
    project: Path, disk: Path, command: list[str], options: str, room: str
) -> None:
    """The file is named that could not be written, and the disk that it was to lie on."""
    before = ":" if command[0] == "init" else f"cp {project}/*.py {project}/packages.nix $DISK"
    words = ["--project", str(disk), *command]
    said = failure(*words, folder=project, disk=disk, options=options, before=before)
    first, *_ = said.removeprefix(said[: said.index("nixgen: ")]).splitlines()
    assert first.startswith(f"nixgen: {disk}/nix/")
    assert first.endswith("cannot be written: No space left on device")
    [line] = told(disk, said)
    assert room in line
    assert line.endswith("remove files there")
    assert [] == others(disk, said)


def test_a_project_that_is_mounted_read_only(project: Path, disk: Path) -> None:
    """It is not the room that lacks."""
    before = f"cp {project}/*.py $DISK && mount -o remount,ro $DISK"
    words = ["--project", str(disk), "emit"]
    said = failure(*words, folder=project, disk=disk, options="size=9m", before=before)
    assert "cannot be written: Read-only file system\n" in said
    assert [f"  {disk}: mounted read-only; mount it for writing, or go elsewhere"] == told(
        disk, said
    )


def test_a_lock_that_fills_the_temporary_folder(project: Path, disk: Path) -> None:
    """apt says that it cannot write, and no remedy sends its user elsewhere."""
    said = failure(
        *("packages", "lock", "--update"),
        folder=project,
        disk=disk,
        options="size=300k",
        environment={"TMPDIR": str(disk)},
    )
    [line] = told(disk, said)
    assert "TMPDIR=FOLDER" in line
    assert [] == others(disk, said)
    assert "apt-get update" not in said


def test_no_temporary_folder_at_all(project: Path, disk: Path) -> None:
    """Where every folder that programs take for temporary files is full, the message lists them."""
    mounts = (
        f"cp {project}/*.py $DISK; cat /dev/zero >$DISK/x; "
        "for folder in /var/tmp /usr/tmp /tmp; do "
        "test ! -d $folder || mount --bind $DISK $folder; done; cd /tmp"
    )
    said = failure(
        "packages",
        "lock",
        "--update",
        folder=project,
        disk=disk,
        options="size=300k",
        before=mounts,
        environment={"TMPDIR": str(disk)},
    )
    assert "No usable temporary directory" in said
    assert [line for line in told("/tmp", said) if "TMPDIR=FOLDER" in line], said


@pytest.mark.container
@pytest.mark.parametrize("options", ["size=3m", "nr_inodes=60"])
def test_an_engine_whose_storage_is_full(project: Path, disk: Path, options: str) -> None:
    """podman's storage is named, and what removes images from it."""
    storage = "/var/lib/containers/storage"
    output(nixgen("build", folder=project))
    said = failure(
        *("run", "hello", "--engine", "podman"),
        folder=project,
        disk=disk,
        options=options,
        before=f"mkdir -p {storage} && mount --bind $DISK {storage}",
    )
    assert [line for line in told(storage, said) if "podman image prune" in line], said
    assert [] == others(storage, said)

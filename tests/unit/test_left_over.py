"""What killed runs leave behind is removed by the next, and nothing else is."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nixgen.errors import ExitStatus
from nixgen.files.atomic_write import write_atomically

DEFINITIONS = 'from nixgen import Image, Project\nproject = Project(images={"a": Image(name="a", command="b")})\n'  # noqa: E501
# As apt-get before it has found all packages: it never does.
STAND_IN = """\
#!/bin/sh
case " $* " in
    *" install "*) exec sleep 1000 ;;
esac
PATH=${PATH#*:} exec apt-get "$@"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "images.py").write_text(DEFINITIONS)
    return folder


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def variables(temporary: Path, path: str = "") -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(temporary), "PATH": f"{path}:{os.environ['PATH']}"}


def nixgen(*words: str, project: Path, temporary: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nixgen", *words],
        cwd=project,
        env=variables(temporary),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ExitStatus.DONE == done.returncode, done.stderr


@pytest.fixture
def waiting(project: Path, temporary: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A `packages lock` that waits for a stand-in of apt-get."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "apt-get").write_text(STAND_IN)
    (programs / "apt-get").chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "nixgen", "packages", "lock"],
        cwd=project,
        env=variables(temporary, str(programs)),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 30
    while not list(temporary.glob("nixgen-apt-*/partial")):
        assert time.monotonic() < end, "no temporary folder was made"
        time.sleep(0.05)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_the_folder_of_a_killed_lock_is_removed_by_the_next(
    waiting: subprocess.Popen[bytes], project: Path, temporary: Path
) -> None:
    """While the lock runs its folder is left alone; once it was killed the next removes it."""
    [folder] = temporary.iterdir()
    nixgen("packages", "lock", project=project, temporary=temporary)
    assert [folder] == list(temporary.iterdir())
    os.killpg(waiting.pid, signal.SIGKILL)
    waiting.wait()
    assert [folder] == list(temporary.iterdir())
    nixgen("packages", "lock", project=project, temporary=temporary)
    assert [] == list(temporary.iterdir())


def test_an_interrupted_lock_removes_its_folder_itself(
    waiting: subprocess.Popen[bytes], temporary: Path
) -> None:
    """An interrupt, unlike a kill, leaves time for it."""
    os.killpg(waiting.pid, signal.SIGTERM)
    assert ExitStatus.INTERRUPTED == waiting.wait()
    assert [] == list(temporary.iterdir())


@pytest.mark.parametrize("prefix", ["nixgen-apt-", "nixgen-busybox-", "nixgen-temporary-"])
def test_only_the_dead_of_ones_own_are_removed(
    project: Path, temporary: Path, tmp_path: Path, prefix: str
) -> None:
    """Not what is held, a link, a folder of another name, or of another user."""
    dead = temporary / f"{prefix}dead"
    held = temporary / f"{prefix}held"
    others = temporary / f"{prefix}others"
    foreign = temporary / "nixgen-foreign"
    elsewhere = tmp_path / "elsewhere"
    for folder in (dead / "files", held, others, foreign, elsewhere):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    link = temporary / f"{prefix}link"
    link.symlink_to(elsewhere)
    descriptor = os.open(held, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    kept = {held, link, foreign}
    if os.geteuid() == 0:
        os.chown(others, 65534, 65534)
        kept.add(others)
    nixgen("packages", "lock", project=project, temporary=temporary)
    os.close(descriptor)
    assert kept == set(temporary.iterdir())
    assert (elsewhere / "file").exists()


@pytest.mark.parametrize(
    ("place", "name", "words"),
    [
        (".nixgen/incoming", "emitted.json", "emit"),
        (".", "debian.lock.json", "packages lock"),
        (".", "default.nix", "emit"),
        ("nix", "default.nix", "emit"),
        ("nix/rules", "default.nix", "emit"),
    ],
)
def test_files_of_a_killed_write_are_removed(
    project: Path, temporary: Path, place: str, name: str, words: str
) -> None:
    """Wherever nixgen writes in the project, by the command that writes there."""
    folder = project / place
    folder.mkdir(exist_ok=True, parents=True)
    dead, held = folder / f".nixgen-new-{name}-0", folder / f".nixgen-new-{name}-1"
    dead.touch()
    with held.open("w") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        nixgen(*words.split(), project=project, temporary=temporary)
        assert [held] == list(folder.glob(".nixgen-new-*"))


def test_a_file_is_written_while_others_clear_up(tmp_path: Path) -> None:
    """Whoever removes what is left over never takes a file that is being written."""
    script = (
        "import sys; from pathlib import Path\n"
        "from nixgen.files.left_over import remove_left_over\n"
        "while True: remove_left_over(Path(sys.argv[1]).glob('.nixgen-new-*'))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    try:
        for number in range(3000):
            write_atomically(tmp_path / "file", b"%d" % number)
            assert b"%d" % number == (tmp_path / "file").read_bytes()
    finally:
        process.kill()
        process.wait()

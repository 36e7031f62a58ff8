"""Rooms: where users work and this machine does not, such as behind Nix's daemon or on Docker.

A room is words before a command and variables beside the usual ones. The tests of images, services
and commands that lie elsewhere are run in it, by a pytest of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import field, frozen

REPOSITORY = Path(__file__).parents[2]


@frozen
class Room:
    """A place to run commands in: the words before each, its variables, and its checkout."""

    name: str
    enter: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(factory=dict)
    checkout: Path = REPOSITORY
    python: str = f"{REPOSITORY}/.venv/bin/python"

    def run(self, *command: str, seconds: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a command in the room's checkout; what it prints is kept."""
        return subprocess.run(
            [*self.enter, *command],
            cwd=self.checkout,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )

    def run_tests(self, *words: str, seconds: float = 1200) -> None:
        """Run tests of the repository in the room; fail with what failed there."""
        done = self.run(self.python, "-m", "pytest", "-q", "--no-header", *words, seconds=seconds)
        print(f"{self.name}: {done.stdout.splitlines()[-1:]}")
        if done.returncode:
            pytest.fail(f"{self.name}:\n{done.stdout[-20000:]}{done.stderr[-5000:]}", pytrace=False)


def copy_checkout(folder: Path) -> None:
    """Copy what git knows of the repository, and what it would take, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)

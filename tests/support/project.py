"""Projects for tests: nixgen's command, run in a folder, and the repository's own project."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from package_set import package_set_words

from nixgen.package_sets import debian

REPOSITORY = Path(__file__).parents[2]
NIX_CONFIG = "build-users-group =\nsubstituters =\nsandbox = true\n"


def nixgen(
    *words: str, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the nixgen of this environment in the folder."""
    return run(sys.executable, "-m", "nixgen", *words, folder=folder, environment=environment)


def run(
    *command: str, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in the folder, with a configuration of Nix that works anywhere."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NIX_CONFIG": NIX_CONFIG, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def output(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command printed; it must have succeeded."""
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def copy_project(folder: Path) -> Path:
    """Copy the repository's tracked files: what a fresh clone has."""
    tracked = output(run("git", "ls-files", "-z", folder=REPOSITORY)).split("\0")
    for name in filter(None, tracked):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, target)
    return folder


def copy_lock(folder: Path) -> None:
    """Give a project the repository's lock, which saves asking apt for the same again."""
    debian.copy_lock(REPOSITORY, folder)


@functools.cache
def images() -> dict[str, Path]:
    """Build the images of the repository; return their archives by attribute."""
    words = ["build", "--no-out-link", "--json", "--", *package_set_words()]
    paths = json.loads(output(nixgen(*words, folder=REPOSITORY)))
    return {attribute: Path(path) for attribute, path in paths.items()}

"""Images of Debian packages, built with a lock that has the packages of all tests."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

from nixgen.definitions import DebianPackageSet
from nixgen.package_sets import debian

REPOSITORY = Path(__file__).parents[2]
HERE = REPOSITORY / "tests/debian"
PACKAGES = REPOSITORY / "nix/package-sets/debian/packages.json"
NIX_CONFIG = """
build-users-group =
substituters =
sandbox = true
"""


@frozen
class Program:
    """A program of real use: what it needs, how it is started, and what it then answers.

    `setup`, `start` and `check` are for busybox's shell; `start` runs in the background. `wait` is
    a TCP port or a file that is there once it has started, `expected` a regular expression that is
    to be found in what `check` prints.
    """

    name: str
    packages: Sequence[str]
    setup: str
    start: str
    wait: int | str | None
    check: str
    expected: str

    def script(self) -> str:
        """Return what check/run.sh reads."""
        kind = "port" if isinstance(self.wait, int) else "file"
        waiting = [f"wait_{kind} {self.wait}"] if self.wait else []
        return "\n".join(
            [self.setup, f"startsh {shlex.quote(self.start)}", *waiting, self.check, ""]
        )


@cache
def programs() -> dict[str, Program]:
    """Return the programs of matrix.json by name."""
    entries = json.loads((HERE / "matrix.json").read_bytes())
    return {entry["name"]: Program(**entry) for entry in entries}


@cache
def lock() -> Path:
    """Lock the packages of all programs."""
    wanted = {package for program in programs().values() for package in program.packages}
    folder = Path(tempfile.mkdtemp(prefix="nixgen-test-lock-"))
    debian.lock(DebianPackageSet(packages=sorted(wanted)), folder)
    return folder / debian.LOCK_NAME


def packages_of(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the packages of a lock's content, by name."""
    [architecture] = content["architectures"].values()
    packages: dict[str, dict[str, Any]] = architecture["packages"]
    return packages


@cache
def closure(name: str) -> dict[str, str]:
    """Return the versions of all packages that a program needs, by name, as the lock has them."""
    packages = packages_of(json.loads(lock().read_bytes()))
    essential = [each for each, package in packages.items() if package["essential"]]
    base = json.loads(PACKAGES.read_bytes())["base"]
    pending = [*programs()[name].packages, *essential, *base]
    found: dict[str, str] = {}
    while pending:
        package = pending.pop()
        if package not in found:
            found[package] = packages[package]["version"]
            pending += [*packages[package]["preDepends"], *packages[package]["depends"]]
    return found


def build(attribute: str, program: Program) -> Path:
    """Build something of debian-image.nix for a program's packages."""
    done = run_build(attribute, program.name, program.packages, lock())
    assert done.returncode == 0, f"{program.name} was not built:\n{done.stderr}"
    return Path(done.stdout.strip())


def run_build(
    attribute: str, name: str, packages: Sequence[str], lock_file: Path
) -> subprocess.CompletedProcess[str]:
    """Let Nix build something of debian-image.nix, and return how that ended."""
    listed = " ".join(f'"{package}"' for package in packages)
    command = [
        *("nix-build", str(HERE / "debian-image.nix"), "-A", attribute, "--no-out-link"),
        *("--arg", "lock", str(lock_file), "--argstr", "name", f"debian/{name}"),
        *("--arg", "packages", f"[ {listed} ]"),
    ]
    environment = {**os.environ, "NIX_CONFIG": NIX_CONFIG}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

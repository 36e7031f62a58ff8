"""The images of service-images.nix: built once, with the perp that the tests shall run with."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from containers import load_image
from package_set import LOCK, package_set_words
from project import NIX_CONFIG

HERE = Path(__file__).parent
SERVICE_IMAGES = HERE / "service-images.nix"
PERP = "NIXGEN_TEST_PERP"
PERP_COMMANDS = ("perpctl", "perpd", "perpls", "perpok", "runuid")


@functools.cache
def _perp() -> tuple[str, ...]:
    """Give the arguments that put the real perp, if the tests have one, into the images."""
    if PERP not in os.environ:
        return ()
    folder = Path(tempfile.mkdtemp(prefix="nixgen-test-perp-"))
    (folder / "bin").mkdir()
    for command in PERP_COMMANDS:
        shutil.copy(Path(os.environ[PERP]) / command, folder / "bin")
    return ("--arg", "perp", str(folder))


def nix_arguments() -> tuple[str, ...]:
    """Return the arguments of service-images.nix."""
    return ("--arg", "lock", str(LOCK), *_perp(), *package_set_words())


def build(attribute: str, file: Path = SERVICE_IMAGES, *options: str) -> Path:
    """Build an image of the file, with more options of nix-build, and return its archive."""
    command = ["nix-build", str(file), "-A", attribute, "--no-out-link", *nix_arguments(), *options]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NIX_CONFIG": NIX_CONFIG},
    )
    assert done.returncode == 0, f"{attribute} was not built:\n{done.stderr}"
    return Path(done.stdout.strip())


@functools.cache
def image(attribute: str) -> str:
    """Build an image, load it into the engine's storage and return its name."""
    return load_image(build(attribute))

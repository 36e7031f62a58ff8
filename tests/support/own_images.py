"""A storage of images that no other podman uses."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def own_images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let podman keep the images of these tests apart: it loses some of those that one process
    loads while another removes others, and containers run beside these tests (tests/e2e)."""
    if os.geteuid() != 0:  # a user's podman has a storage of its own
        yield
        return
    folder = tmp_path_factory.mktemp("podman")
    (folder / "storage.conf").write_text(
        f'[storage]\ndriver = "overlay"\n'
        f'graphroot = "{folder}/images"\nrunroot = "{folder}/mounts"\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_STORAGE_CONF", str(folder / "storage.conf"))
        yield
    unmount(folder / "images" / "overlay")


def unmount(folder: Path) -> None:
    """Take away what podman mounts there for as long as the machine runs."""
    if folder.is_mount():
        subprocess.run(["umount", str(folder)], check=True)

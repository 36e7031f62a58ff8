"""A clone of the repository on another machine, which has Nix and nothing else of ours."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from project import NIX_CONFIG, copy_project, output, run

from nixgen.programs.apt import Apt
from nixgen.programs.apt_archives import archives_of

pytestmark = pytest.mark.nix

ATTRIBUTE = "dockerImages.locksmithWorker"
# Debian without apt: neither its sources nor its lists, and none of its programs.
WITHOUT_APT = """
for folder in /etc/apt /var/lib/apt; do mount -t tmpfs none $folder; done
for program in /usr/bin/apt* /usr/bin/python3*; do
  test ! -f $program || mount --bind /dev/null $program
done
exec "$@"
"""
# A user of another name in front, and a store of his own.
AS_ANOTHER_USER = ("setpriv", "--reuid", "4321", "--regid", "4321", "--clear-groups")
NOWHERE = "http://127.0.0.1:9/debian"
"""A mirror that is down."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git has of the repository, in another folder."""
    return copy_project(tmp_path_factory.mktemp("clone") / "elsewhere")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder of the other user's own, with his store."""
    home = tmp_path / "home"
    home.mkdir()
    for folder in (tmp_path, home, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o755)
    os.chown(home, 4321, 4321)
    yield home
    subprocess.run(["chmod", "-R", "u+w", home], check=False)


def mirrors() -> str:
    """Return this machine's mirrors, in another order and after one that is down."""
    found = [f"{each.name}={each.base}" for each in archives_of(Apt()) if each.is_debian]
    return " ".join([f"debian={NOWHERE}", f"debian-security={NOWHERE}", *reversed(found)])


def test_a_clone_builds_the_same_without_apt(clone: Path, home: Path) -> None:
    """From nothing, as another user, with other mirrors: one output path and one digest."""
    assert not (clone / ".nixgen").exists()
    here = Path(output(run("nix-build", "--no-out-link", "-A", ATTRIBUTE, folder=clone)))
    environment = {
        "HOME": str(home),
        "NIX_CONFIG": NIX_CONFIG,
        "NIX_REMOTE": f"local?root={home}/store",
        "NIXGEN_DEBIAN_MIRRORS": mirrors(),
        "PATH": "/usr/bin:/bin",
        "TMPDIR": "/tmp",
    }
    words = ["nix-build", "--no-out-link", "-A", ATTRIBUTE]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-euc", WITHOUT_APT, "sh", *AS_ANOTHER_USER, *words],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert str(here) == output(done)
    there = Path(f"{home}/store{here}")
    digests = [hashlib.sha256(each.read_bytes()).hexdigest() for each in (here, there)]
    assert digests[0] == digests[1]

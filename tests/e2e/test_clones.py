"""A clone of the repository on another machine, which has Nix and nothing else of ours."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from project import NIX_CONFIG, REPOSITORY, copy_project, nixgen, output, run

from nixgen.errors import ExitStatus
from nixgen.programs.apt import Apt
from nixgen.programs.apt_archives import archives_of

pytestmark = pytest.mark.nix

ATTRIBUTE = "dockerImages.locksmithWorker"
# Debian without apt, neither its sources nor its lists nor its programs, and with one user more.
WITHOUT_APT = """
for folder in /etc/apt /var/lib/apt; do mount -t tmpfs none $folder; done
for program in /usr/bin/apt* /usr/bin/python3*; do
  test ! -f $program || mount --bind /dev/null $program
done
(cat /etc/passwd && echo "other:x:4321:4321::$HOME:/bin/sh") >"$HOME/passwd"
mount --bind "$HOME/passwd" /etc/passwd
exec "$@"
"""
AS_ANOTHER_USER = ("setpriv", "--reuid", "4321", "--regid", "4321", "--clear-groups")
NOWHERE = "http://127.0.0.1:9/debian"
"""A mirror that is down."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    with TemporaryDirectory(prefix="nixgen-test-clone-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def mirrors() -> str:
    """Return this machine's mirrors, in another order and after one that is down."""
    found = [f"{each.name}={each.base}" for each in archives_of(Apt()) if each.is_debian]
    return " ".join([f"debian={NOWHERE}", f"debian-security={NOWHERE}", *reversed(found)])


def test_a_clone_builds_the_same_without_apt(folder: Path) -> None:
    """From nothing, as another user, with other mirrors: one output path and one digest."""
    clone, home = copy_project(folder / "clone"), folder / "home"
    home.mkdir()
    os.chown(home, 4321, 4321)
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


def test_a_project_may_name_its_release(tmp_path: Path) -> None:
    """A lock is for it wherever it is written, and stays so for who names none."""
    own = json.loads((REPOSITORY / "debian.lock.json").read_bytes())["suite"]
    suite = "bookworm" if own == "trixie" else "trixie"
    output(nixgen("init", "--no-lock", folder=tmp_path))
    definitions = tmp_path / "images.py"
    text = definitions.read_text().replace("import Image,", "import DebianPackageSet, Image,")
    named = f'Project(\n    package_set=DebianPackageSet(suite="{suite}"),'
    definitions.write_text(text.replace("Project(", named, 1))
    output(nixgen("packages", "lock", folder=tmp_path))
    content = json.loads((tmp_path / "debian.lock.json").read_bytes())
    assert suite == content["suite"]
    definitions.write_text(text)
    assert "is complete" in nixgen("packages", "lock", folder=tmp_path).stderr
    definitions.write_text(text.replace("Project(", named.replace(suite, own), 1))
    failed = nixgen("build", folder=tmp_path)
    assert ExitStatus.EVALUATION == failed.returncode
    assert f"it is for {suite}, and the project for {own}" in failed.stderr

"""A maintainer script that fails stops the build, with what it said."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from debian_images import lock, packages_of, run_build

NAME = "broken-thing"
CONTROL = f"""Package: {NAME}
Version: 1.0
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: fails when it is configured
"""
SCRIPT = """#!/bin/sh
echo "no such database" >&2
exit 3
"""

pytestmark = pytest.mark.nix


def _make_deb(folder: Path) -> Path:
    """Make the package, under the name that Nix has for what is fetched."""
    control = folder / "files" / "DEBIAN"
    control.mkdir(parents=True)
    (control / "control").write_text(CONTROL)
    (control / "postinst").write_text(SCRIPT)
    (control / "postinst").chmod(0o755)
    deb = folder / f"debian-{NAME}-1.0.deb"
    options = ("--root-owner-group", "--build", str(control.parent), str(deb))
    subprocess.run(["dpkg-deb", *options], check=True, capture_output=True)
    return deb


def _lock_with(deb: Path, folder: Path) -> Path:
    """Return a lock that has the package beside others, and bring its file into the store."""
    add = ["nix-store", "--add-fixed", "sha256", str(deb)]
    subprocess.run(add, check=True, capture_output=True)
    shutil.copytree(lock().parent, folder)
    content = json.loads(lock().read_bytes())
    packages = packages_of(content)
    packages[NAME] = {
        **packages["libc6"],
        "version": "1.0",
        "sha256": hashlib.sha256(deb.read_bytes()).hexdigest(),
        "depends": [],
        "preDepends": [],
        "size": deb.stat().st_size,
    }
    (folder / lock().name).write_text(json.dumps(content))
    return folder / lock().name


def test_the_message_says_which_script_failed_and_what_it_said(tmp_path: Path) -> None:
    """In one sentence and the end of the script's output."""
    lock_file = _lock_with(_make_deb(tmp_path), tmp_path / "lock")
    done = run_build("image", NAME, [NAME], lock_file)
    expected = f"Debian package {NAME}: its postinst script failed; the end of what it said:"
    assert done.returncode != 0
    assert expected in done.stderr
    assert "no such database" in done.stderr

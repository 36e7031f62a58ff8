"""nixgen packages update: the pin of nixpkgs moves, and nothing else in its lock file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nixgen.errors import ExitStatus, UsageError
from nixgen.package_sets import nixpkgs
from nixgen.rules import nix_library

REPOSITORY = Path(__file__).parents[2]
REVISION = "0123456789abcdef0123456789abcdef01234567"
CHECKSUM = "3945593e49eb4e342b94dcb13ddab3caa994ffcd567acd4250ffc5b751affd82"
NAR_HASH = "sha256-OUVZPknrTjQrlNyxPdqzyqmU/81Wes1CUP/Ft1Gv/YI="

PROJECT = """\
from nixgen import NixpkgsPackageSet, Project

project = Project(images={}, package_set=NixpkgsPackageSet())
"""


def update(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command with stand-ins for what needs a network; they note how they are called."""
    programs = folder / "programs"
    programs.mkdir()
    answers = {
        "git": f"{REVISION}\trefs/heads/nixos-26.05",
        "nix-prefetch-url": "0" * 52,
        "nix-hash": CHECKSUM,
    }
    for name, answer in answers.items():
        script = f"#!/bin/sh\necho {name} \"$@\" >>{folder}/calls\necho '{answer}'\n"
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    (folder / "images.py").write_text(PROJECT)
    return subprocess.run(
        [sys.executable, "-m", "nixgen", "packages", "update", *words],
        cwd=folder,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def locked(folder: Path) -> dict[str, Any]:
    lock = json.loads((folder / "flake.lock").read_text())
    node: dict[str, Any] = lock["nodes"][lock["nodes"]["root"]["inputs"]["nixpkgs"]]
    return node


def test_pin_moves_to_the_newest_of_its_branch(tmp_path: Path) -> None:
    """A project without a lock file gets one, with the newest revision and its hash."""
    done = update(tmp_path)
    assert (ExitStatus.DONE, "") == (done.returncode, done.stdout)
    assert {
        "locked": {
            "narHash": NAR_HASH,
            "owner": "NixOS",
            "repo": "nixpkgs",
            "rev": REVISION,
            "type": "github",
        },
        "original": {"owner": "NixOS", "ref": "nixos-26.05", "repo": "nixpkgs", "type": "github"},
    } == locked(tmp_path)
    calls = (tmp_path / "calls").read_text()
    repository = "https://github.com/NixOS/nixpkgs"
    assert f"git ls-remote --exit-code {repository} refs/heads/nixos-26.05\n" in calls
    assert f"nix-prefetch-url --unpack {repository}/archive/{REVISION}.tar.gz\n" in calls
    assert f"wrote flake.lock: nixpkgs nixos-26.05 {REVISION}\n" == done.stderr


def test_branch_and_revision_are_chosen(tmp_path: Path) -> None:
    """With --revision git is not asked; --branch is what later updates follow."""
    done = update(tmp_path, "--branch", "nixos-25.11", "--revision", REVISION)
    assert ExitStatus.DONE == done.returncode
    assert "nixos-25.11" == locked(tmp_path)["original"]["ref"]
    assert "git ls-remote" not in (tmp_path / "calls").read_text()


def test_other_inputs_stay(tmp_path: Path) -> None:
    """The lock file of a project's own flake keeps all that is not nixpkgs."""
    own = json.loads((REPOSITORY / "flake.lock").read_text())
    own["nodes"]["other"] = {"locked": {"rev": "1"}}
    own["nodes"]["root"]["inputs"]["other"] = "other"
    (tmp_path / "flake.lock").write_text(json.dumps(own))
    update(tmp_path)
    after = json.loads((tmp_path / "flake.lock").read_text())
    assert REVISION == after["nodes"].pop("nixpkgs")["locked"]["rev"]
    del own["nodes"]["nixpkgs"]
    assert own == after


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--revision", "26.05"], "26.05: expected the id of a commit, 40 hexadecimal digits"),
        ([], "flake.lock: expected a lock file of flakes with an input nixpkgs from GitHub"),
    ],
)
def test_what_cannot_be_moved_is_refused(tmp_path: Path, words: list[str], message: str) -> None:
    """A wrong revision or lock file is named, and the lock file left alone."""
    (tmp_path / "flake.lock").write_text('{"nodes": {}}')
    done = update(tmp_path, *words)
    assert ExitStatus.USAGE == done.returncode
    assert message in done.stderr
    assert '{"nodes": {}}' == (tmp_path / "flake.lock").read_text()


def test_checkout_has_one_pin() -> None:
    """The flake of this repository and the library that projects get pin the same revision."""
    files = nixpkgs.lock_files(REPOSITORY)
    assert [REPOSITORY / "flake.lock", nix_library() / "package-sets/nixpkgs/flake.lock"] == files
    flake, library = (nixpkgs.read_pin(file.read_text(), file) for file in files)
    assert flake == library


def test_rewriting_a_lock_file_changes_nothing_else() -> None:
    """What is written is in the form that Nix itself writes."""
    file = REPOSITORY / "flake.lock"
    text = file.read_text()
    pin = nixpkgs.read_pin(text, file)
    written = json.loads(nixpkgs.with_pin(text, pin))
    expected = json.loads(text)
    del expected["nodes"]["nixpkgs"]["locked"]["lastModified"]
    assert expected == written
    with pytest.raises(UsageError, match="nowhere: expected a lock file"):
        nixpkgs.read_pin("[]", Path("nowhere"))

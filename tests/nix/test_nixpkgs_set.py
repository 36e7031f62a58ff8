"""nixpkgs as the package set of a project: which one it is, and what comes on top of it.

What stands for nixpkgs here is a folder whose default.nix takes nixpkgs' arguments and gives
Debian's packages, so that nothing needs to be fetched.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from package_set import LOCK, REPOSITORY

from nixgen.errors import ExitStatus

pytestmark = pytest.mark.nix

NIX_CONFIG = """
build-users-group =
substituters =
experimental-features = nix-command flakes
download-attempts = 1
"""

STAND_IN = f"""\
{{ system, overlays, config }}:
let
  debian = import {REPOSITORY}/nix/package-sets/debian {{ lock = {LOCK}; inherit system; }};
  packages = debian // {{ inherit config; motto = "hello"; }};
in
builtins.foldl' (packages: overlay: packages // overlay packages packages) packages overlays
"""

PROJECT = """\
from nixgen import LayeredImage, NixpkgsPackageSet, Project, nix, pkgs

project = Project(
    package_set=NixpkgsPackageSet(%s),
    images={"files": LayeredImage(name="test/files", contents=[pkgs.busybox])},
)
"""


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NIX_CONFIG": NIX_CONFIG, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def evaluate(folder: Path, expression: str, *words: str) -> Any:
    """Return the value of an attribute path of the project's default.nix."""
    command = ["nix-instantiate", "--eval", "--strict", "--json", "-A", expression, *words]
    done = run(*command, folder=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    folder = tmp_path / "nixpkgs"
    folder.mkdir()
    (folder / "default.nix").write_text(STAND_IN)
    return folder


def make_project(folder: Path, settings: str = "") -> Path:
    folder.mkdir()
    (folder / "images.py").write_text(PROJECT % settings)
    run(sys.executable, "-m", "nixgen", "emit", folder=folder).check_returncode()
    return folder


def pin(project: Path, locked: dict[str, str]) -> None:
    """Write a flake.lock that names the source of nixpkgs."""
    nodes = {"nixpkgs": {"locked": locked}, "root": {"inputs": {"nixpkgs": "nixpkgs"}}}
    lock = {"nodes": nodes, "root": "root", "version": 7}
    (project / "flake.lock").write_text(json.dumps(lock))


def nar_hash(path: Path) -> str:
    [digest] = run("nix-hash", "--type", "sha256", str(path), folder=path).stdout.split()
    return f"sha256-{base64.b64encode(bytes.fromhex(digest)).decode()}"


def test_pinned_revision_is_fetched(tmp_path: Path, stand_in: Path) -> None:
    """The project's flake.lock names nixpkgs; Nix fetches that and checks its hash."""
    archive = tmp_path / "nixpkgs.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(stand_in, "nixpkgs")
    project = make_project(tmp_path / "project")
    source = {"type": "tarball", "url": archive.as_uri()}
    pin(project, {**source, "narHash": nar_hash(stand_in)})
    assert "hello" == evaluate(project, "pkgs.motto")
    wrong = f"sha256-{base64.b64encode(bytes(32)).decode()}"
    pin(project, {**source, "narHash": wrong})
    done = run("nix-instantiate", "-A", "dockerImages.files", folder=project)
    assert "hash mismatch" in done.stderr


@pytest.mark.parametrize(
    ("locked", "message"),
    [
        (
            {"type": "git", "narHash": ""},
            "nodes.nixpkgs.locked.type: expected github or tarball, got git",
        ),
        (None, "flake.lock: expected an input nixpkgs, there is none"),
    ],
)
def test_lock_file_without_a_pin_is_refused(
    tmp_path: Path, locked: dict[str, str] | None, message: str
) -> None:
    """The message names the file and what is wrong in it."""
    project = make_project(tmp_path / "project")
    pin(project, locked or {})
    if locked is None:
        (project / "flake.lock").write_text(
            '{"nodes": {"root": {"inputs": {}}}, "root": "root", "version": 7}'
        )
    done = run("nix-instantiate", "-A", "dockerImages.files", folder=project)
    assert done.returncode != 0
    assert message in done.stderr


def test_nixpkgs_is_passed(tmp_path: Path, stand_in: Path) -> None:
    """--arg nixpkgs takes the place of the pin, as a path and as an input of Hydra."""
    project = make_project(tmp_path / "project")
    paths = {
        str(evaluate(project, "dockerImages.files.drvPath", "--arg", "nixpkgs", nixpkgs))
        for nixpkgs in (str(stand_in), f'{{ outPath = {stand_in}; rev = "1"; }}')
    }
    assert 1 == len(paths)


def test_nixpkgs_takes_the_place_of_debian(tmp_path: Path, stand_in: Path) -> None:
    """A project of Debian's packages is built from nixpkgs by the same argument."""
    assert "hello" == evaluate(REPOSITORY, "pkgs.motto", "--arg", "nixpkgs", str(stand_in))
    packages = f"import {stand_in} {{ config = {{ }}; overlays = [ ]; system = null; }}"
    system = "builtins.currentSystem"
    words = ["--arg", "pkgs", packages.replace("null", system)]
    assert "hello" == evaluate(REPOSITORY, "pkgs.motto", *words)
    image = "dockerImages.locksmithWorker.drvPath"
    own = evaluate(REPOSITORY, image)
    assert own == evaluate(REPOSITORY, image, "--arg", "nixpkgs", str(stand_in))
    assert own == evaluate(REPOSITORY, image, *words)


def test_overlays_and_settings_reach_nixpkgs(tmp_path: Path, stand_in: Path) -> None:
    """Overlays come in their order on top of nixpkgs, packages.nix on top of all."""
    project = make_project(
        tmp_path / "project",
        'overlays=["overlays/a.nix", nix("final: prev: { b = prev.a + 1; }")],'
        ' config={"allowUnfree": True}',
    )
    (project / "overlays").mkdir()
    (project / "overlays/a.nix").write_text("final: prev: { a = 1; c = 1; }\n")
    (project / "packages.nix").write_text("{ pkgs }: { c = pkgs.b + 1; }\n")
    words = ["--arg", "nixpkgs", str(stand_in)]
    assert [1, 2, 3] == [evaluate(project, f"pkgs.{name}", *words) for name in "abc"]
    assert {"allowUnfree": True} == evaluate(project, "pkgs.config", *words)


def test_unreachable_nixpkgs_is_explained(tmp_path: Path) -> None:
    """Nix's own message, and after it what can be done without a network."""
    project = make_project(tmp_path / "project")
    pin(
        project,
        {
            "type": "tarball",
            "url": "http://127.0.0.1:1/NixOS/nixpkgs/archive/1.tar.gz",
            "narHash": f"sha256-{base64.b64encode(bytes(32)).decode()}",
        },
    )
    done = run(sys.executable, "-m", "nixgen", "build", folder=project)
    assert (ExitStatus.EVALUATION, "") == (done.returncode, done.stdout)
    assert "unable to download 'http://127.0.0.1:1/NixOS/nixpkgs/archive/1.tar.gz'" in done.stderr
    assert "the debian package set needs none" in done.stderr


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('overlays=["/etc/overlay.nix"]', "overlays[0]: expected a .nix file of the project"),
        ('overlays=["overlay"]', "overlays[0]: expected a .nix file of the project"),
        ('overlays="overlay.nix"', "overlays: expected a list"),
        ("config=[]", "config: expected a dict of nixpkgs' settings"),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, settings: str, message: str) -> None:
    """What is no overlay or setting is refused when the definition is made."""
    (tmp_path / "images.py").write_text(PROJECT % settings)
    done = run(sys.executable, "-m", "nixgen", "emit", folder=tmp_path)
    assert ExitStatus.DEFINITION == done.returncode
    assert message in done.stderr


def test_project_of_nixpkgs_has_nothing_to_lock(tmp_path: Path) -> None:
    """`packages lock` is about Debian's packages, and says so."""
    project = make_project(tmp_path / "project")
    done = run(sys.executable, "-m", "nixgen", "packages", "lock", folder=project)
    assert (ExitStatus.DONE, "") == (done.returncode, done.stdout)
    assert "the project builds from nixpkgs: there is nothing to lock\n" == done.stderr
    assert not (project / ".nixgen").exists()


def test_flake_has_the_same_outputs(tmp_path: Path, stand_in: Path) -> None:
    """packages, hydraJobs and lib of flake.nix are those of default.nix and jobsets.nix."""
    flake = tmp_path / "flake"
    flake.mkdir()
    for name in ("default.nix", "flake.lock", "flake.nix", "jobsets.nix", "nix", "packages.nix"):
        (flake / name).symlink_to(REPOSITORY / name)
    run("cp", "-rL", ".", "../copy", folder=flake).check_returncode()
    (stand_in / "flake.nix").write_text("{ outputs = _: { }; }")
    system = evaluate(REPOSITORY, "pkgs.stdenv.hostPlatform.system")

    def flake_output(path: str) -> str:
        done = run(
            *["nix", "--offline", "eval", "--impure", "--raw", "--no-write-lock-file"],
            *["--override-input", "nixpkgs", f"path:{stand_in}", f"path:{tmp_path}/copy#{path}"],
            folder=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    image = evaluate(
        tmp_path / "copy", "dockerImages.locksmithWorker.drvPath", "--arg", "nixpkgs", str(stand_in)
    )
    assert image == flake_output(f"packages.{system}.locksmithWorker.drvPath")
    job = f"hydraJobs.{system}.dockerImages.locksmithWorker.drvPath"
    assert image == flake_output(job)
    assert image != flake_output(f"lib.{system}.baseImage.drvPath")

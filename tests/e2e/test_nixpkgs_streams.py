"""On nixpkgs images are pushed and run from a stream: no archive of them lands in the store."""

from __future__ import annotations

import base64
import json
import tarfile
from pathlib import Path

import pytest
from containers import ENGINE, engine, remove, wait_until
from package_set import nixpkgs_checkout, nixpkgs_expression
from project import nixgen, output, run
from registry import running_registry, skopeo_digest

pytestmark = [
    pytest.mark.container,
    pytest.mark.skipif(not nixpkgs_checkout(), reason="NIXGEN_TEST_NIXPKGS names no checkout"),
]

PROJECT = """\
from nixgen import Image, NixpkgsPackageSet, Project

project = Project(
    package_set=NixpkgsPackageSet(),
    images={"talker": Image(name="test/talker", command="while sleep 1; do echo %s; done")},
)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project whose flake.lock pins the checkout, with an image that nobody has built."""
    checkout = nixpkgs_checkout()
    assert checkout
    source = tmp_path / "source"
    source.mkdir()
    (source / "default.nix").write_text(f"_: {nixpkgs_expression(checkout)}\n")
    archive = tmp_path / "nixpkgs.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(source, "source")
    [digest] = output(run("nix-hash", "--type", "sha256", str(source), folder=tmp_path)).split()
    nar_hash = f"sha256-{base64.b64encode(bytes.fromhex(digest)).decode()}"
    locked = {"type": "tarball", "url": archive.as_uri(), "narHash": nar_hash}
    nodes = {"nixpkgs": {"locked": locked}, "root": {"inputs": {"nixpkgs": "nixpkgs"}}}
    folder = tmp_path / "project"
    folder.mkdir()
    lock = {"nodes": nodes, "root": "root", "version": 7}
    (folder / "flake.lock").write_text(json.dumps(lock))
    (folder / "images.py").write_text(PROJECT % tmp_path.name)
    return folder


def archive_of(project: Path) -> Path:
    """Return the path that the archive of the image would have in the store."""
    words = ["nix-instantiate", "--eval", "--json", "-A", "dockerImages.talker.outPath"]
    return Path(json.loads(output(run(*words, folder=project))))


def test_image_is_pushed_without_an_archive(project: Path, tmp_path: Path) -> None:
    """The registry has the image under both tags; the store has no archive of it."""
    with running_registry(tmp_path / "registry") as registry:
        access = ["--registry", registry.host, "--insecure-registry", registry.host]
        words = ["push", *access, "--commit-id", "0" * 40, "--json"]
        [pushed] = json.loads(output(nixgen(*words, folder=project)))["images"]
        archive = archive_of(project)
        assert not archive.exists()
        assert archive.name[:32] in pushed["tags"]
        assert pushed["digest"] == skopeo_digest(registry, "test/talker", archive.name[:32])


def test_image_is_run_without_an_archive(project: Path) -> None:
    """The engine loads what the stream prints."""
    container = output(nixgen("run", "--engine", ENGINE, "--detach", "talker", folder=project))
    try:
        said = f"{project.parent.name}\n"
        wait_until(lambda: said in engine("logs", container), 20, "the container says nothing")
        assert not archive_of(project).exists()
    finally:
        image = engine("inspect", "--format", "{{.Image}}", container).strip()
        remove(container)
        engine("rmi", "--force", image)

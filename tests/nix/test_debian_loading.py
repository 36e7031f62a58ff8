"""Images on parents of any origin are loaded by an engine: podman, or docker in its room."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from debian_set import build, build_all
from docker_archive import DockerArchive
from image_files import write_docker_archive
from layer_reader import apply
from parent_images import CHANGES, LAYERS, child, shown, write_parents
from random_layers import to_images

pytestmark = pytest.mark.usefixtures("own_images")

ENGINE = os.environ.get("NIXGEN_TEST_ENGINE", "podman")
PAIRS = 60


def engine(*words: str) -> bytes:
    done = subprocess.run([ENGINE, *words], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def exported(archive: Path) -> bytes:
    """Load an archive and return, as a tar archive, the files that a container of it has."""
    loaded = engine("load", "--quiet", "--input", str(archive)).decode()
    image = loaded.partition(": ")[2].strip()
    try:
        container = engine("create", image, "true").decode().strip()
        try:
            return engine("export", container)
        finally:
            engine("rm", "--force", container)
    finally:
        engine("rmi", "--force", image)


def test_children_of_parents_of_any_form_are_loaded(tmp_path: Path) -> None:
    """Whatever form a parent has, its layers are found again by what loads the child."""
    parents = write_parents(tmp_path)
    bindings = [f'"{name}" = {child(name, path)};' for name, path in parents.items()]
    expected = {path: each.digest for path, each in apply(LAYERS).items()}
    for archive in build_all(f"{{ {' '.join(bindings)} }}").values():
        files = apply([exported(archive)])
        assert expected == {path: files[path].digest for path in expected}
        assert "etc/one" not in files


def test_child_of_a_parent_without_layers_is_loaded(tmp_path: Path) -> None:
    """`Layers` of the parent may be null."""
    parent = write_docker_archive(tmp_path / "empty.tar", None)
    files = apply([exported(build(child("empty", parent)))])
    assert any(path.endswith("/ca-bundle.crt") for path in files)


@pytest.mark.skipif(os.geteuid() != 0, reason="files belong to more users than a user's podman has")
def test_random_layers_and_their_changes_are_loaded(tmp_path: Path) -> None:
    """Files of all kinds, whiteouts and links are where an independent reader finds them."""
    parent = write_docker_archive(tmp_path / "parent.tar", to_images(range(PAIRS)))
    image = build(f"""pkgs.dockerTools.buildImage {{
      name = "test/random-loaded"; tag = "1"; fromImage = {parent}; runAsRoot = ''{CHANGES}'';
    }}""")
    expected = apply([layer.content for layer in DockerArchive.load(image).layers])
    assert shown(expected) == shown(apply([exported(image)]))

"""Images of a registry become parents, with the debian package set's pullImage."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from image_files import Layout, digest_of
from project import REPOSITORY, copy_lock, nixgen, output, run
from registry import RunningRegistry, make_layer, running_registry

OF_OTHERS = f"{'0' * 64}"


@frozen
class Pushed:
    """An image of the set that was pushed to a registry, and a project that may pull it."""

    registry: RunningRegistry
    digest: str
    archive: Path
    folder: Path

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.archive.read_bytes()).hexdigest()

    def expression(self, *, digest: str | None = None, sha256: str) -> str:
        return f"""pkgs.dockerTools.pullImage {{
          imageName = "{self.registry.host}/test/parent";
          imageDigest = "{digest or self.digest}";
          sha256 = "{sha256}";
          finalImageName = "pulled/parent";
          finalImageTag = "1";
          tlsVerify = false;
        }}"""

    def build(self, expression: str) -> subprocess.CompletedProcess[str]:
        return nix_build(expression, self.folder)


def nix_build(expression: str, folder: Path) -> subprocess.CompletedProcess[str]:
    package_set = REPOSITORY / "nix/package-sets/debian"
    lock = folder / "debian.lock.json"
    text = f"let pkgs = import {package_set} {{ lock = {lock}; }}; in {expression}"
    return run("nix-build", "--no-out-link", "--expr", text, folder=folder)


def _skopeo(*words: str) -> str:
    command = ["skopeo", "--insecure-policy", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pushed]:
    folder = tmp_path_factory.mktemp("pull")
    copy_lock(folder)
    image = """(pkgs.dockerTools.buildLayeredImage {
      name = "test/parent"; contents = [ pkgs.gnused ]; config.Env = [ "A=1" ];
    })"""
    built = output(nix_build(f"{image}.oci", folder))
    with running_registry(folder / "registry") as registry:
        target = f"docker://{registry.host}/test/parent"
        _skopeo("copy", "--dest-tls-verify=false", f"oci:{built}", target)
        seen = json.loads(_skopeo("inspect", "--tls-verify=false", target))
        archive = folder / "expected.tar"
        parent = f"{target}@{seen['Digest']}"
        _skopeo(
            "copy", "--src-tls-verify=false", parent, f"docker-archive:{archive}:pulled/parent:1"
        )
        yield Pushed(registry, seen["Digest"], archive, folder)


def test_a_pulled_image_is_the_archive_that_skopeo_makes(pushed: Pushed) -> None:
    """So its hash can be found beforehand; its own packages' paths in it do no harm."""
    pulled = Path(output(pushed.build(pushed.expression(sha256=pushed.sha256))))
    assert pushed.archive.read_bytes() == pulled.read_bytes()


def test_a_pulled_image_is_a_parent(pushed: Pushed) -> None:
    """Its layers and variables are there, and the store paths in it are not added again."""
    image = f"""pkgs.dockerTools.buildLayeredImage {{
      name = "test/child"; fromImage = {pushed.expression(sha256=pushed.sha256)};
      contents = [ pkgs.gnused ];
    }}"""
    archive = output(pushed.build(image))
    child = json.loads(_skopeo("inspect", f"docker-archive:{archive}"))
    parent = json.loads(_skopeo("inspect", f"docker-archive:{pushed.archive}"))
    assert parent["Layers"] == child["Layers"][:-1]
    assert ["A=1"] == child["Env"]


def test_an_image_with_layers_of_zstd_is_a_parent(pushed: Pushed, tmp_path: Path) -> None:
    """`packages prefetch` prints its definition, and its files are in the image built on it."""
    registry = pushed.registry
    target = f"docker://{registry.host}/test/zstd:1"
    layers = [make_layer(1, 1000), make_layer(2, 2000)]
    layout = Layout(tmp_path / "layout")
    layout.write_index(layout.add_image(layers, "zstd", Env=["A=1"]))
    _skopeo("copy", "--dest-tls-verify=false", f"oci:{layout.folder}", target)
    raw = json.loads(_skopeo("inspect", "--raw", "--tls-verify=false", target))
    assert {"application/vnd.oci.image.layer.v1.tar+zstd"} == {
        layer["mediaType"] for layer in raw["layers"]
    }
    image = f"{registry.host}/test/zstd:1"
    done = nixgen("packages", "prefetch", image, "--no-tls-verify", "--json", folder=pushed.folder)
    fields = json.loads(output(done))
    child = f"""pkgs.dockerTools.buildImage {{
      name = "test/child"; runAsRoot = "test -d /nix/store; sed --version >/seen";
      fromImage = pkgs.dockerTools.pullImage {{
        imageName = "{fields["image_name"]}"; imageDigest = "{fields["image_digest"]}";
        sha256 = "{fields["sha256"]}"; finalImageTag = "1"; tlsVerify = false;
      }};
    }}"""
    archive = output(pushed.build(child))
    config = json.loads(_skopeo("inspect", "--config", "--raw", f"docker-archive:{archive}"))
    assert [digest_of(layer) for layer in layers] == config["rootfs"]["diff_ids"][:-1]
    assert ["A=1"] == config["config"]["Env"]


@pytest.mark.parametrize(
    ("digest", "sha256", "message"),
    [
        (None, OF_OTHERS, "hash mismatch in fixed-output derivation"),
        (f"sha256:{OF_OTHERS}", OF_OTHERS, "manifest unknown"),
        (None, "", "pullImage: image 127.0.0.1"),
    ],
)
def test_another_image_than_asked_for_is_refused(
    digest: str | None, sha256: str, message: str, pushed: Pushed
) -> None:
    """By its archive's hash or by the registry; a hash must be given."""
    done = pushed.build(pushed.expression(digest=digest, sha256=sha256))
    assert 0 != done.returncode
    assert message in done.stderr

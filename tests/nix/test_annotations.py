"""Annotations of an image's manifest, on both package sets, and the tags of push jobs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from debian_set import REPOSITORY, build, build_all, evaluate, refusal

pytestmark = pytest.mark.nix

LICENSES = "org.opencontainers.image.licenses"
DIGEST = "sha256:" + "a" * 64
GIVEN = f"""{{ "{LICENSES}" = "MIT \\"x\\""; }}"""
LIBRARY = f"(import {REPOSITORY}/nix {{ inherit pkgs; }})"
PULLED = f'({LIBRARY}.baseImage // {{ imageDigest = {json.dumps(DIGEST)}; imageTag = "v1"; }})'


def image(arguments: str) -> str:
    return f'({LIBRARY}.buildImageWithPerp ({{ name = "foo"; command = "true"; }} // {arguments}))'


def read_annotations(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return those of the manifest, and those of its descriptor but for the name."""
    [descriptor] = json.loads((folder / "index.json").read_text())["manifests"]
    blob = folder / "blobs/sha256" / descriptor["digest"].removeprefix("sha256:")
    manifest: dict[str, Any] = json.loads(blob.read_text())
    assert blob.stat().st_size == descriptor["size"]
    del descriptor["annotations"]["org.opencontainers.image.ref.name"]
    return manifest.get("annotations", {}), descriptor["annotations"]


def test_annotations_are_in_manifest_and_index() -> None:
    """Those given are in both, with the parent's reference and digest when it was pulled."""
    wanted = {
        "none": "{ }",
        "own": f"{{ annotations = {GIVEN}; }}",
        "parent": f"{{ fromImage = {PULLED}; annotations = {GIVEN}; }}",
        "asRoot": f'{{ runAsRoot = "true"; annotations = {GIVEN}; }}',
    }
    images = " ".join(f"{name} = {image(arguments)}.oci;" for name, arguments in wanted.items())
    built = build_all(f"{{ {images} }}")
    own = {LICENSES: 'MIT "x"'}
    base = evaluate(f"{LIBRARY}.baseImage.imageName")
    parent = {
        "org.opencontainers.image.base.digest": DIGEST,
        "org.opencontainers.image.base.name": f"{base}:v1",
    }
    expected = {"none": {}, "own": own, "asRoot": own, "parent": own | parent}
    for name, folder in built.items():
        assert (expected[name], expected[name]) == read_annotations(folder)


def test_folder_that_skopeo_writes_is_annotated() -> None:
    """Where an OCI folder comes from an archive, as on nixpkgs, it gets the same annotations."""
    builder = f"import {REPOSITORY}/nix/push/buildOciDirectory.nix {{ inherit pkgs; }}"
    arguments = f"""{{
      imageName = "foo";
      imageTag = "tag";
      source = {image('{ tag = "tag"; }')};
      compressed = true;
      annotations = builtins.toJSON {GIVEN};
    }}"""
    own = {LICENSES: 'MIT "x"'}
    assert (own, own) == read_annotations(build(f"{builder} {arguments}"))


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ('[ "a/b" ]', "pushImage: tags: expected a tag of 1 to 128 letters"),
        ('[ "a" ".b" ]', 'that does not begin with a dot or dash, got ".b"'),
    ],
)
def test_tag_of_a_push_job_is_checked(tags: str, message: str) -> None:
    """A tag that no registry takes is refused when the job is evaluated."""
    job = f'{LIBRARY}.pushImage {{ image = {image("{ }")}; commitId = "c"; tags = {tags}; }}'
    assert message in refusal(job)

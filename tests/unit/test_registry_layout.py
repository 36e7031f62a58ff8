"""OCI image layouts, whole and broken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nixgen.errors import BuildError
from nixgen.registry import read_layout


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """A layout with a manifest, a configuration and a layer that it names twice."""
    blobs = tmp_path / "blobs/sha256"
    blobs.mkdir(parents=True)

    def add(content: bytes, media_type: str) -> dict[str, object]:
        checksum = hashlib.sha256(content).hexdigest()
        (blobs / checksum).write_bytes(content)
        return {
            "mediaType": f"application/vnd.oci.image.{media_type}",
            "digest": f"sha256:{checksum}",
            "size": len(content),
        }

    layer = add(b"layer", "layer.v1.tar")
    manifest = {"config": add(b"{}", "config.v1+json"), "layers": [layer, layer]}
    index = {"manifests": [add(json.dumps(manifest).encode(), "manifest.v1+json")]}
    (tmp_path / "index.json").write_text(json.dumps(index))
    return tmp_path


def test_blobs_are_found_once(layout: Path) -> None:
    """A blob that the manifest names twice is one blob; the digest is that of the index."""
    read = read_layout(layout)
    assert [blob.size for blob in read.blobs] == [2, 5]
    assert read.size == 7
    index = json.loads((layout / "index.json").read_text())
    assert read.digest == index["manifests"][0]["digest"]


def blob(layout: Path, size: int) -> Path:
    [found] = [file for file in (layout / "blobs/sha256").iterdir() if file.stat().st_size == size]
    return found


def edit_index(layout: Path, old: str, new: str) -> None:
    file = layout / "index.json"
    file.write_text(file.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda layout: (layout / "index.json").unlink(), "expected an OCI image layout"),
        (lambda layout: (layout / "index.json").write_text("{"), "expected an OCI image layout"),
        (lambda layout: (layout / "index.json").write_text('{"manifests": []}'), "one image"),
        (lambda layout: edit_index(layout, "manifest.v1", "index.v1"), "an image manifest"),
        (lambda layout: blob(layout, 5).unlink(), "expected an OCI image layout"),
        (lambda layout: blob(layout, 5).write_bytes(b"cut"), "expected 5 bytes"),
    ],
)
def test_broken_layout_is_refused(
    layout: Path, damage: Callable[[Path], object], message: str
) -> None:
    """A layout that is not whole is refused before anything is sent."""
    damage(layout)
    with pytest.raises(BuildError, match=message):
        read_layout(layout)


def test_manifest_must_fit_its_digest(layout: Path) -> None:
    """A manifest of the right size with other content is refused."""
    size = json.loads((layout / "index.json").read_text())["manifests"][0]["size"]
    manifest = blob(layout, size)
    manifest.write_bytes(manifest.read_bytes().replace(b'"size": 2', b'"size": 3'))
    with pytest.raises(BuildError):
        read_layout(layout)

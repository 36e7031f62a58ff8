"""Read an image from an OCI image layout: a folder with index.json and blobs named by digest.

Source: the OCI image specification, image-layout.md.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from attrs import frozen

from nixgen.errors import BuildError

_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


@frozen
class Blob:
    """A layer or configuration: its digest, its size in bytes and the file that holds it."""

    digest: str
    size: int
    file: Path


@frozen
class Layout:
    """The one image of a layout; `manifest` is kept as it is, since the digest is of its bytes."""

    digest: str
    media_type: str
    manifest: bytes
    blobs: tuple[Blob, ...]

    @property
    def size(self) -> int:
        """The bytes of all blobs."""
        return sum(blob.size for blob in self.blobs)


def read_layout(folder: Path) -> Layout:
    """Read the layout's manifest and find its blobs.

    Raises BuildError when the folder holds no layout, several images, or blobs that do not fit.
    """
    try:
        manifests = json.loads((folder / "index.json").read_text())["manifests"]
        if len(manifests) != 1:
            raise BuildError(f"{folder}: expected one image, got {len(manifests)}")
        descriptor = manifests[0]
        if descriptor["mediaType"] not in _MANIFESTS:
            raise BuildError(f"{folder}: expected an image manifest, got {descriptor['mediaType']}")
        manifest = _blob(folder, descriptor).file.read_bytes()
        parsed = json.loads(manifest)
        blobs = [_blob(folder, item) for item in [parsed["config"], *parsed["layers"]]]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BuildError(f"{folder}: expected an OCI image layout ({error})") from None
    digest = "sha256:" + hashlib.sha256(manifest).hexdigest()
    if digest != descriptor["digest"]:
        raise BuildError(f"{folder}: expected the manifest {descriptor['digest']}, got {digest}")
    return Layout(
        digest=digest,
        media_type=descriptor["mediaType"],
        manifest=manifest,
        blobs=tuple({blob.digest: blob for blob in blobs}.values()),
    )


def _blob(folder: Path, descriptor: dict[str, Any]) -> Blob:
    algorithm, _, checksum = descriptor["digest"].partition(":")
    file = folder / "blobs" / algorithm / checksum
    if file.stat().st_size != descriptor["size"]:
        raise BuildError(f"{file}: expected {descriptor['size']} bytes")
    return Blob(descriptor["digest"], descriptor["size"], file)

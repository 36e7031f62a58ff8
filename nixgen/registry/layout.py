"""Read an image from an OCI image layout: a folder with index.json and blobs named by digest.

Source: the OCI image specification, image-layout.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nixgen.errors import BuildError, UsageError

_OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_MANIFESTS = (_OCI_MANIFEST, _DOCKER_MANIFEST)
_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_TYPES = (*_MANIFESTS, *_INDEXES)
"""The media types of all that a tag may name."""

_DOCKER_TYPES = {
    "application/vnd.oci.image.config.v1+json": "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.layer.v1.tar": "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip": (
        "application/vnd.docker.image.rootfs.diff.tar.gzip"
    ),
}


@dataclass(frozen=True)
class Blob:
    """A layer or configuration: its digest, its size in bytes and the file that holds it."""

    digest: str
    size: int
    file: Path


@dataclass(frozen=True)
class Manifest:
    """A manifest in one of its forms; `content` is kept as it is: the digest is of its bytes."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """The digest that names it in a registry."""
        return "sha256:" + hashlib.sha256(self.content).hexdigest()

    @property
    def form(self) -> str:
        """`docker` or `oci`, as skopeo and podman call the forms."""
        return "docker" if self.media_type == _DOCKER_MANIFEST else "oci"


@dataclass(frozen=True)
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

    def annotated(self, annotations: Mapping[str, str]) -> Layout:
        """Return the image with further annotations in its manifest, and so another digest.

        Raises UsageError when the manifest is in a form that has none.
        """
        if not annotations:
            return self
        if self.media_type != _OCI_MANIFEST:
            raise UsageError(f"expected an OCI manifest to annotate, got {self.media_type}")
        parsed = json.loads(self.manifest)
        parsed["annotations"] = {**(parsed.get("annotations") or {}), **annotations}
        manifest = json.dumps(parsed, separators=(",", ":")).encode()
        return replace(self, manifest=manifest, digest=Manifest(self.media_type, manifest).digest)

    @property
    def forms(self) -> tuple[Manifest, ...]:
        """The manifest, and what says the same in docker's form, schema 2, where it can be said."""
        own = Manifest(self.media_type, self.manifest)
        docker = _to_docker(self.manifest) if self.media_type == _OCI_MANIFEST else None
        return (own, Manifest(_DOCKER_MANIFEST, docker)) if docker else (own,)


def _to_docker(manifest: bytes) -> bytes | None:
    """Return the manifest in docker's form, in the bytes that skopeo writes for it.

    Source: the image manifest, version 2, schema 2, of the distribution project. It has no
    annotations and no layers compressed by zstd.
    """
    parsed = json.loads(manifest)
    try:
        converted = {
            "schemaVersion": 2,
            "mediaType": _DOCKER_MANIFEST,
            "config": _to_docker_descriptor(parsed["config"]),
            "layers": [_to_docker_descriptor(layer) for layer in parsed["layers"]],
        }
    except LookupError:
        return None
    return json.dumps(converted, separators=(",", ":")).encode()


def _to_docker_descriptor(descriptor: dict[str, Any]) -> dict[str, Any]:
    return {
        "mediaType": _DOCKER_TYPES[descriptor["mediaType"]],
        "size": descriptor["size"],
        "digest": descriptor["digest"],
    }


def read_layout(folder: Path) -> Layout:
    """Read the layout's manifest and find its blobs.

    Raises BuildError when the folder holds no layout, several images, or blobs that do not fit.
    """
    try:
        manifests = json.loads((folder / "index.json").read_text(encoding="utf-8"))["manifests"]
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

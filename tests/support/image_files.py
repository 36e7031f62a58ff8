"""Write images as programs write them: OCI image layouts and docker archives, of any layers."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

LAYER = "application/vnd.oci.image.layer.v1.tar"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"

Json = dict[str, Any]


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def plain(layer: bytes) -> bytes:
    return layer


def gzipped(layer: bytes) -> bytes:
    return gzip.compress(layer, mtime=0)


def gzipped_in_members(layer: bytes) -> bytes:
    """Compress a layer in two parts, one behind the other."""
    half = len(layer) // 2
    return gzipped(layer[:half]) + gzipped(layer[half:])


def zstd_compressed(layer: bytes) -> bytes:
    return subprocess.run(
        ["zstd", "--quiet", "--stdout"], input=layer, check=True, capture_output=True
    ).stdout


COMPRESSIONS: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("", plain),
    "gzip": ("+gzip", gzipped),
    "gzip members": ("+gzip", gzipped_in_members),
    "zstd": ("+zstd", zstd_compressed),
}


def config_of(layers: Sequence[bytes], **config: Any) -> bytes:
    """Return the configuration of an image of plain layers."""
    content = {
        "architecture": "amd64",
        "os": "linux",
        "config": config or None,
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]},
    }
    return json.dumps(content).encode()


class Layout:
    """An OCI image layout while it is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "blobs/sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')

    def add_blob(self, media_type: str, content: bytes) -> Json:
        digest = digest_of(content)
        (self.folder / "blobs" / digest.replace(":", "/")).write_bytes(content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def add_json(self, media_type: str, content: Json) -> Json:
        return self.add_blob(media_type, json.dumps(content).encode())

    def add_image(self, layers: Sequence[bytes], compression: str = "plain", **config: Any) -> Json:
        """Add an image; return the descriptor of its manifest."""
        suffix, compress = COMPRESSIONS[compression]
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.add_blob(CONFIG, config_of(layers, **config)),
            "layers": [self.add_blob(LAYER + suffix, compress(layer)) for layer in layers],
        }
        return self.add_json(MANIFEST, manifest)

    def write_index(self, *descriptors: Json) -> Path:
        index = {"schemaVersion": 2, "manifests": list(descriptors)}
        (self.folder / "index.json").write_text(json.dumps(index))
        return self.folder


def write_layout(folder: Path, layers: Sequence[bytes], compression: str = "plain") -> Path:
    """Write an OCI image layout with one image."""
    layout = Layout(folder)
    return layout.write_index(layout.add_image(layers, compression))


def write_docker_archive(
    file: Path, layers: Sequence[bytes] | None, compression: str = "plain", **config: Any
) -> Path:
    """Write a docker archive with one image; without layers `Layers` is null."""
    compress = COMPRESSIONS[compression][1]
    content = config_of(layers or (), **config)
    names = [f"{number}/layer.tar" for number in range(len(layers or ()))]
    files = dict(zip(names, map(compress, layers or ()), strict=True))
    manifest = [
        {
            "Config": "config.json",
            "RepoTags": ["test/parent:1"],
            "Layers": None if layers is None else names,
        }
    ]
    files |= {"config.json": content, "manifest.json": json.dumps(manifest).encode()}
    with tarfile.open(file, "w") as archive:
        for name, each in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(each)
            archive.addfile(entry, io.BytesIO(each))
    return file

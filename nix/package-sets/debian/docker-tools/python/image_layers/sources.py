"""Find an image in what programs write: docker archives and OCI image layouts.

Either may be a folder or an archive, plain or compressed.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import shutil
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image_layers.compression import is_plain, open_plain
from image_layers.errors import ImageError

_INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
# OCI image specification, annotations.md; the other one is containerd's and Docker's
_REFERENCES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
# BuildKit's mark of manifests that are no images (docs/attestations/attestation-storage.md)
_ATTESTATION = "vnd.docker.reference.type"
_REMEDY = "  give a docker archive or an OCI image layout, as `skopeo copy` writes them"

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which image of several.

    `name` and `tag` are "" for any; `architecture` is the processor as Go names it.
    """

    name: str = ""
    tag: str = ""
    architecture: str = "amd64"

    def matches(self, reference: str) -> bool:
        """Tell whether a reference has the name and the tag."""
        name, colon, tag = reference.rpartition(":")
        if not colon or "/" in tag:
            name, tag = reference, ""
        by_tag_alone = not colon and self.tag == reference
        return by_tag_alone or (self.name in ("", name) and self.tag in ("", tag))

    def __str__(self) -> str:
        return f"{self.name or 'of any name'}:{self.tag or 'of any tag'}"


@dataclass(frozen=True)
class SourceImage:
    """An image's configuration, and the files of its layers, the lowest first."""

    config: Json
    layers: tuple[Path, ...]


def find_image(source: Path, wanted: Wanted, scratch: Path) -> SourceImage:
    """Find an image in a file or a folder; archives are unpacked into the folder `scratch`.

    Raises ImageError when there is none, or when what is there is damaged.
    """
    if not source.exists():
        raise ImageError(
            f"fromImage: {source}: there is no such file where Nix builds\n"
            "  write it as a path of Nix, without quotes, or as a derivation"
        )
    folder = _Folder(source if source.is_dir() else _unpack(source, scratch), source)
    try:
        if folder.has("manifest.json"):
            return _from_docker_archive(folder, wanted)
        if folder.has("index.json"):
            return _from_layout(folder, wanted)
    except (AttributeError, KeyError, TypeError):
        raise ImageError(f"{source}: its JSON is not that of an image\n{_REMEDY}") from None
    raise ImageError(f"{source}: neither manifest.json nor index.json in it\n{_REMEDY}")


@dataclass(frozen=True)
class _Folder:
    """The unpacked files of an image, and where they come from."""

    path: Path
    source: Path

    def has(self, name: str) -> bool:
        return (self.path / name).exists()

    def file(self, name: str) -> Path:
        normal = posixpath.normpath(posixpath.join("/", name)).lstrip("/")
        path = self.path / normal
        if not path.is_file():
            raise ImageError(f"{self.source}: damaged: {name} is missing")
        return path

    def json(self, name: str) -> Any:
        try:
            return json.loads(self.file(name).read_bytes())
        except ValueError as error:
            raise ImageError(f"{self.source}: damaged: {name}: {error}") from None

    def blob(self, descriptor: Json) -> Path:
        """Return a blob's file; its bytes are those that the descriptor names."""
        algorithm, _, digest = str(descriptor.get("digest")).partition(":")
        if algorithm not in ("sha256", "sha512") or not digest.isalnum():
            raise ImageError(f"{self.source}: damaged: {descriptor.get('digest')!r} is no digest")
        path = self.file(f"blobs/{algorithm}/{digest}")
        with path.open("rb") as file:
            if hashlib.file_digest(file, algorithm).hexdigest() != digest:
                raise ImageError(f"{self.source}: damaged: {algorithm}:{digest} is another file")
        return path

    def json_blob(self, descriptor: Json) -> Any:
        return self.json(str(self.blob(descriptor).relative_to(self.path)))


def _unpack(source: Path, scratch: Path) -> Path:
    """Unpack an archive's files and the links among them; nothing else is made."""
    plain = source
    if not is_plain(source):
        plain = scratch / "archive.tar"
        with open_plain(source) as stream, plain.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
    folder = scratch / "archive"
    folder.mkdir()
    try:
        with tarfile.open(plain, "r:") as archive:
            _extract(archive, folder)
    except tarfile.TarError as error:
        raise ImageError(f"{source}: no archive of an image: {error}\n{_REMEDY}") from None
    return folder


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    files = {_normal(entry.name): entry for entry in archive if not entry.isdir()}
    for name in files:
        entry = _follow(name, files)
        content = archive.extractfile(entry) if entry is not None and entry.isfile() else None
        if content is None:
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with content, target.open("wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)


def _follow(name: str, files: Mapping[str, tarfile.TarInfo]) -> tarfile.TarInfo | None:
    """Return the file that a name is in the end, as links in the archive have it."""
    for _ in range(len(files)):
        entry = files.get(name)
        if entry is None or not (entry.issym() or entry.islnk()):
            return entry
        above = posixpath.dirname(name) if entry.issym() else ""
        name = _normal(posixpath.join(above, entry.linkname))
    return None


def _normal(name: str) -> str:
    return posixpath.normpath(posixpath.join("/", name)).lstrip("/")


def _from_docker_archive(folder: _Folder, wanted: Wanted) -> SourceImage:
    """Choose an image as `docker load` would see it (Docker image specification 1.2)."""
    entries = folder.json("manifest.json") or []
    is_any = wanted.name + wanted.tag == ""
    for entry in entries:
        if is_any or any(wanted.matches(each) for each in entry.get("RepoTags") or []):
            layers = tuple(folder.file(name) for name in entry.get("Layers") or [])
            return SourceImage(folder.json(entry["Config"]) or {}, layers)
    found = [tag for entry in entries for tag in entry.get("RepoTags") or []]
    raise _none_found(folder, wanted, found)


def _from_layout(folder: _Folder, wanted: Wanted) -> SourceImage:
    """Choose an image of a layout (OCI image specification, image-layout.md)."""
    descriptors = folder.json("index.json").get("manifests") or []
    is_any = wanted.name + wanted.tag == ""
    chosen = [each for each in descriptors if is_any or _is_called(each, wanted)]
    images = list(_images(folder, chosen))
    fitting = [each for each in images if _is_for(each, wanted.architecture)]
    if not fitting:
        raise _none_found(folder, wanted, [_describe(each) for each in images or descriptors])
    manifest = folder.json_blob(fitting[0])
    layers = tuple(folder.blob(each) for each in manifest.get("layers") or [])
    return SourceImage(folder.json_blob(manifest["config"]) or {}, layers)


def _images(folder: _Folder, descriptors: Iterable[Json]) -> Iterable[Json]:
    """Yield the images that descriptors lead to, those of their indexes included."""
    for descriptor in descriptors:
        if descriptor.get("mediaType") in _INDEX_TYPES:
            yield from _images(folder, folder.json_blob(descriptor).get("manifests") or [])
        elif not _is_attestation(descriptor):
            yield descriptor


def _is_attestation(descriptor: Json) -> bool:
    return _ATTESTATION in (descriptor.get("annotations") or {}) or _platform(descriptor) == (
        "unknown",
        "unknown",
    )


def _platform(descriptor: Json) -> tuple[str, str] | None:
    platform = descriptor.get("platform")
    return (platform.get("os", ""), platform.get("architecture", "")) if platform else None


def _is_for(descriptor: Json, architecture: str) -> bool:
    return _platform(descriptor) in (None, ("linux", architecture))


def _is_called(descriptor: Json, wanted: Wanted) -> bool:
    annotations = descriptor.get("annotations") or {}
    return any(wanted.matches(annotations[key]) for key in _REFERENCES if key in annotations)


def _describe(descriptor: Json) -> str:
    annotations = descriptor.get("annotations") or {}
    names = [annotations[key] for key in _REFERENCES if key in annotations]
    return " ".join([*names[:1], "/".join(_platform(descriptor) or ("", ""))]).strip("/ ")


def _none_found(folder: _Folder, wanted: Wanted, found: Iterable[str]) -> ImageError:
    listed = ", ".join(each for each in found if each) or "none with a name"
    return ImageError(
        f"{folder.source}: no image {wanted} for linux/{wanted.architecture} in it\n"
        f"  it has {listed}"
    )

"""Read docker archives and OCI image folders as the tools that load them would."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import field, frozen


@frozen
class Layer:
    """A layer's bytes, plain."""

    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.content).hexdigest()

    def members(self) -> dict[str, tarfile.TarInfo]:
        """Return what is in the layer by path, without the leading "./"."""
        with self._open() as archive:
            return {member.name.removeprefix("./"): member for member in archive}

    def read(self, path: str) -> str:
        with self._open() as archive:
            for name in (path, f"./{path}"):
                if name in archive.getnames():
                    file = archive.extractfile(name)
                    assert file is not None
                    return file.read().decode()
        raise KeyError(path)

    def store_names(self) -> set[str]:
        """Return the names of the store paths in it, without their hashes."""
        paths = (Path(name).parts for name in self.members())
        return {parts[2][33:] for parts in paths if parts[:2] == ("nix", "store") and parts[2:]}

    def _open(self) -> tarfile.TarFile:
        return tarfile.open(fileobj=io.BytesIO(self.content))


@frozen
class DockerArchive:
    """What `docker load` reads of an archive."""

    reference: str
    config: dict[str, Any]
    layers: tuple[Layer, ...]

    @classmethod
    def load(cls, path: Path) -> DockerArchive:
        with tarfile.open(path) as archive:
            files = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
        (image,) = json.loads(files["manifest.json"])
        (reference,) = image["RepoTags"]
        assert Path(image["Config"]).stem == hashlib.sha256(files[image["Config"]]).hexdigest()
        layers = tuple(Layer(files[name]) for name in image["Layers"])
        return cls(reference, json.loads(files[image["Config"]]), layers)

    def environment(self) -> dict[str, str]:
        entries: list[str] = self.config["config"]["Env"]
        return dict(entry.split("=", 1) for entry in entries)

    def file_system(self) -> Iterator[tuple[str, Layer]]:
        """Yield each path with the layer that it comes from, whiteouts applied."""
        found: dict[str, Layer] = {}
        for layer in self.layers:
            members = layer.members()
            for name in members:
                folder, _, base = name.rpartition("/")
                if base.startswith(".wh."):
                    hidden = f"{folder}/{base.removeprefix('.wh.')}"
                    found = {
                        path: owner
                        for path, owner in found.items()
                        if path != hidden and not path.startswith(f"{hidden}/")
                    }
                else:
                    found[name] = layer
        yield from found.items()

"""Images as engines load them, and the ids that engines then know them by.

An image's id is the digest of its configuration, so it is known before the image is loaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen
from plumbum import local

from nixgen.errors import BuildError
from nixgen.files.left_over import temporary_folder
from nixgen.programs.process import run
from nixgen.registry import read_layout

# Not /tmp, which is memory on some machines.
_LARGE_FILES = os.environ.get("TMPDIR", "/var/tmp")  # noqa: S108
_INDEX = "index.json"
_REFERENCE = "org.opencontainers.image.ref.name"


@frozen
class Loadable:
    """An OCI directory or a docker archive, and the id of its image: a SHA-256 in hexadecimal."""

    path: Path
    id: str


@contextmanager
def find_loadable(path: str) -> Iterator[Loadable]:
    """Return what the path is of: an OCI directory, a docker archive, a program that prints one.

    What a program prints is kept until the end of the block. Raises BuildError.
    """
    if Path(path).is_dir():
        config = read_layout(Path(path)).blobs[0]
        yield Loadable(Path(path), config.digest.removeprefix("sha256:"))
    elif os.access(path, os.X_OK):
        with temporary_folder(place=_LARGE_FILES) as kept:
            archive = kept / "image.tar"
            run(local[path] > str(archive))
            yield Loadable(archive, _archived_id(archive))
    else:
        yield Loadable(Path(path), _archived_id(Path(path)))


def _archived_id(archive: Path) -> str:
    """Return the id of the one image in a docker archive, compressed or not."""
    try:
        with tarfile.open(archive) as tar:
            [image] = json.loads(_read(tar, "manifest.json"))
            return hashlib.sha256(_read(tar, image["Config"])).hexdigest()
    except (OSError, tarfile.TarError, ValueError, LookupError, TypeError) as error:
        raise BuildError(f"{archive}: expected a docker archive of one image ({error})") from None


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(tar.getmember(name))
    if file is None:
        raise LookupError(f"{name} is not a file")
    return file.read()


@contextmanager
def under_name(layout: Path, repository: str) -> Iterator[Path]:
    """Make a folder in which `repository` is the OCI directory, with that name in its index.

    podman names an image after the directory's path, or since version 5 after its index.
    """
    index: dict[str, Any] = json.loads((layout / _INDEX).read_text(encoding="utf-8"))
    for manifest in index["manifests"]:
        manifest["annotations"] = {_REFERENCE: f"localhost/{repository}:latest"}
    with temporary_folder() as folder:
        named = folder / repository
        named.mkdir(parents=True)
        for name in ("blobs", "oci-layout"):
            (named / name).symlink_to(layout / name)
        (named / _INDEX).write_text(json.dumps(index))
        yield folder

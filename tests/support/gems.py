"""The gems that the tests have: those of fluentd when they are given, and small ones of their own.

NIXGEN_TEST_GEMS names a folder with fluentd's gems, NAME-VERSION.gem: those of the public index,
or made from the projects' repositories, whose hashes then take the place of those in gems.json.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

from package_set import LOCK, REPOSITORY

GEMS = "NIXGEN_TEST_GEMS"
FLUENTD_GEMS = REPOSITORY / "nix/package-sets/debian/ruby/gems.json"


def gem_folder() -> Path | None:
    """Return the folder with fluentd's gems, if the tests have one."""
    return Path(os.environ[GEMS]).resolve() if os.environ.get(GEMS) else None


def sri(file: Path) -> str:
    """Return the file's SHA-256 as Nix writes it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(file.read_bytes()).digest()).decode()}"


def pinned_gems() -> dict[str, dict[str, str]]:
    """Return versions and hashes of the gems in the folder, in the form of gems.json."""
    folder = gem_folder()
    assert folder is not None
    pinned = json.loads(FLUENTD_GEMS.read_text())
    found = {name: _newest(folder, name, gem["version"]) for name, gem in pinned.items()}
    return {
        name: {"version": file.stem.removeprefix(f"{name}-"), "hash": sri(file)}
        for name, file in found.items()
    }


def _newest(folder: Path, name: str, version: str) -> Path:
    """Return the file of the gem, of that version if it is there."""
    return max(folder.glob(f"{name}-[0-9]*.gem"), key=lambda file: version in file.name)


def gem_words() -> list[str]:
    """Return the words that give the gems to whatever takes `gemFolder` and `gems`."""
    folder = gem_folder()
    if folder is None:
        return []
    gems = " ".join(
        f'{name} = {{ version = "{gem["version"]}"; hash = "{gem["hash"]}"; }};'
        for name, gem in pinned_gems().items()
    )
    return ["--arg", "gemFolder", str(folder), "--arg", "gems", f"{{ {gems} }}"]


def package_set_with_gems() -> str:
    """Return the Nix expression of the debian package set with the gems that the tests have."""
    words = gem_words()
    given = "".join(f"{words[at + 1]} = {words[at + 2]}; " for at in range(0, len(words), 3))
    return f"import {REPOSITORY}/nix/package-sets/debian {{ lock = {LOCK}; {given}}}"


def make_gem(folder: Path, name: str, files: Mapping[str, str], metadata: str = "") -> Path:
    """Make a gem, version 1.0, of these files, as `gem build` lays it out."""
    gem = folder / f"{name}-1.0.gem"
    with tarfile.open(gem, "w") as archive:
        _add(archive, "metadata.gz", gzip.compress(f"name: {name}\n{metadata}".encode(), mtime=0))
        _add(archive, "data.tar.gz", gzip.compress(_tar(files), mtime=0))
    return gem


def _tar(files: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, text in files.items():
            _add(archive, name, text.encode())
    return content.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))

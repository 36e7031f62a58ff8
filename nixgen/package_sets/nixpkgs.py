"""The pin of the nixpkgs package set: a revision and its hash, in a lock file of Nix's flakes.

A flake.lock of the project's own goes before the lock file of the library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from nixgen.errors import UsageError
from nixgen.files.atomic_write import write_atomically
from nixgen.files.folder_lock import locked
from nixgen.programs import git, nix
from nixgen.rules import nix_library

LOCK_NAME = "flake.lock"
INPUT = "nixpkgs"
_REVISION = re.compile("[0-9a-f]{40}")


@frozen
class Pin:
    """A revision of nixpkgs on GitHub, the branch that it is from, and the hash of its files."""

    owner: str
    repo: str
    branch: str
    revision: str
    nar_hash: str

    @property
    def repository(self) -> str:
        """The address that git knows the repository by."""
        return f"https://github.com/{self.owner}/{self.repo}"

    @property
    def tarball(self) -> str:
        """The address of the revision's files; nix/package-sets/nixpkgs fetches them from there."""
        return f"{self.repository}/archive/{self.revision}.tar.gz"


def update(folder: Path, *, branch: str | None = None, revision: str | None = None) -> Pin:
    """Move the project's pin to a revision, or to the newest of a branch; return it.

    It stays on its branch unless another is named. Raises UsageError when the lock file has no pin
    that can be moved or the revision is none, BuildError when nixpkgs cannot be fetched.
    """
    if revision is not None and not _REVISION.fullmatch(revision):
        raise UsageError(f"{revision}: expected the id of a commit, 40 hexadecimal digits")
    files = lock_files(folder)
    pin = read_pin(_text(files[0]), files[0])
    pin = evolve(pin, branch=branch or pin.branch)
    if not (pin.branch or revision):
        raise UsageError(f"{files[0]}: it names no branch of nixpkgs", "pass one with --branch")
    pin = evolve(pin, revision=revision or git.remote_head(pin.repository, pin.branch))
    moved = evolve(pin, nar_hash=nix.prefetch_tarball(pin.tarball))
    with locked(folder):
        for file in files:
            write_atomically(file, with_pin(_text(file), moved).encode())
    return moved


def lock_files(folder: Path) -> list[Path]:
    """Return the lock files that hold the pin of a project: its own flake.lock.

    In a checkout of nixgen the library's follows, which new projects get.
    """
    in_checkout = nix_library().resolve() == (folder / "nix").resolve()
    return [folder / LOCK_NAME, *([_library_lock()] if in_checkout else [])]


def read_pin(text: str, file: Path) -> Pin:
    """Return the pin that a lock file holds.

    Raises UsageError when it is no lock file of flakes, or its input is not on GitHub.
    """
    try:
        node = _node(json.loads(text))
        locked, branch = node["locked"], node["original"].get("ref", "")
        return Pin(locked["owner"], locked["repo"], branch, locked["rev"], locked["narHash"])
    except (KeyError, TypeError, ValueError):
        raise UsageError(
            f"{file}: expected a lock file of flakes with an input {INPUT} from GitHub\n"
            "  `nix flake update` moves inputs of other kinds"
        ) from None


def with_pin(text: str, pin: Pin) -> str:
    """Return the lock file with another revision in it, all else as it was."""
    lock = json.loads(text)
    node = _node(lock)
    node["locked"] = {
        "narHash": pin.nar_hash,
        "owner": pin.owner,
        "repo": pin.repo,
        "rev": pin.revision,
        "type": "github",
    }
    if pin.branch:
        node["original"]["ref"] = pin.branch
    return json.dumps(lock, indent=2, ensure_ascii=False) + "\n"


def _node(lock: Mapping[str, Any]) -> dict[str, Any]:
    nodes = lock["nodes"]
    node: dict[str, Any] = nodes[nodes[lock["root"]]["inputs"][INPUT]]
    return node


def _text(file: Path) -> str:
    return (file if file.exists() else _library_lock()).read_text(encoding="utf-8")


def _library_lock() -> Path:
    return nix_library() / "package-sets" / "nixpkgs" / LOCK_NAME

"""Run nix-instantiate on a text, and find the item of a batch that it stumbles over."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")


def nix_instantiate(folder: Path, text: str, *options: str) -> str:
    """Return what Nix prints for the text, laid into the folder as a file.

    Raises subprocess.CalledProcessError. Evaluation needs no store, so none is touched.
    """
    file = folder / "expression.nix"
    file.write_bytes(text.encode())
    return subprocess.run(
        ["nix-instantiate", "--store", "dummy://", *options, str(file)],
        env={**os.environ, "NIX_CONFIG": "experimental-features = nix-command"},
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout


def first_failure(items: Sequence[Item], passes: Callable[[Sequence[Item]], bool]) -> list[Item]:
    """Return an item that does not pass alone, in a list, or an empty list when all pass."""
    if passes(items):
        return []
    while len(items) > 1:
        half = items[: len(items) // 2]
        items = items[len(half) :] if passes(half) else half
    return [*items]

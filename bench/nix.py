"""Nix as it is measured: building, sizes of store paths, and removing what was built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.measure import Run, run

STORE = Path("/nix/store")


def instantiate(folder: Path, *attributes: str, file: str = "default.nix") -> Run:
    """Evaluate attributes of a file of the folder, in one evaluation."""
    return run(["nix-instantiate", "--quiet", file, *_selected(attributes)], folder)


def build(folder: Path, *attributes: str) -> Run:
    """Build attributes of the folder's default.nix on all processors, as nixgen does."""
    return run(["nix-build", "--no-out-link", "--max-jobs", "auto", *_selected(attributes)], folder)


def _selected(attributes: Sequence[str]) -> list[str]:
    return [word for attribute in attributes for word in ("-A", attribute)]


def size(paths: Iterable[str]) -> int:
    """Return the bytes of the store paths."""
    answer = run(["nix-store", "--query", "--size", *paths], STORE).output
    return sum(map(int, answer.split()))


def references(path: str) -> list[str]:
    """Return the store paths that the store path refers to."""
    return run(["nix-store", "--query", "--references", path], STORE).output.split()


def requisites(path: str) -> list[str]:
    """Return the store paths that the store path needs, itself among them."""
    return run(["nix-store", "--query", "--requisites", path], STORE).output.split()


def remove_from_store(seed: str) -> None:
    """Have the store paths deleted that have the seed in their name, and what refers to them.

    That is done by `remove_all` once everything is measured: for minutes ext4 is slow to make files
    where it removed many.
    """
    _seeds.append(seed)


def remove_all() -> None:
    """Delete what `remove_from_store` was told."""
    for seed in _seeds:
        if named := [path for path in STORE.iterdir() if seed in path.name]:
            referrers = run(["nix-store", "--query", "--referrers-closure", *named], STORE)
            run(["nix-store", "--delete", *referrers.output.split()], STORE)


_seeds: list[str] = []

"""A project of 100,000 images: what one machine does with it, and what splits the work.

Definitions, files and the evaluation of some thousands are real; what all of them take is then a
product, since each image and each chunk of images takes the same. The evaluation is split by
attribute, as nix-eval-jobs does for Hydra.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from bench import nix
from bench.figure import Figure
from bench.measure import MEGABYTE, NIXGEN, run
from bench.projects import make_project, write_definitions

IMAGES = 100_000
CHUNK = 1_000
WORKERS = 16
_HOUR = 3600

CHUNK_OF_IMAGES = f"""\
let
  inherit (import ./default.nix {{ }}) dockerImages;
in
builtins.genList (number: dockerImages."image${{toString number}}") {CHUNK}
"""


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Write, evaluate in chunks, and build one."""
    seed = f"scale{secrets.token_hex(4)}"
    project = make_project(scratch / "project", 1, seed=seed)
    write_definitions(project, IMAGES, seed=seed)
    try:
        yield from _emit(project)
        yield from _evaluate(project)
        yield from _store(project, seed)
    finally:
        nix.remove_from_store(seed)


def _emit(project: Path) -> Iterator[Figure]:
    new, unchanged = (run([*NIXGEN, "emit"], project) for _ in range(2))
    yield Figure("emit from nothing", new.seconds, "s", against=f"{new.cpu_seconds:.1f} s of CPU")
    yield Figure("emit unchanged", unchanged.seconds, "s")
    yield Figure("memory of emit", max(new.peak_bytes, unchanged.peak_bytes) / MEGABYTE, "MB")


def _evaluate(project: Path) -> Iterator[Figure]:
    one = nix.instantiate(project, "dockerImages.image0")
    yield Figure("evaluation of one image", one.seconds, "s")
    (project / "chunk.nix").write_text(CHUNK_OF_IMAGES)
    chunk = nix.instantiate(project, file="chunk.nix")
    chunks = IMAGES / CHUNK
    each = f"{chunks:.0f} chunks of {CHUNK}, {chunk.seconds:.1f} s each"
    yield Figure("evaluation by one worker", chunks * chunk.seconds, "s", against=each)
    yield Figure(
        f"evaluation by {WORKERS} workers",
        chunks / WORKERS * chunk.seconds,
        "s",
        _HOUR,
        against="what Hydra gives an evaluation",
    )
    yield Figure("memory of a worker", chunk.peak_bytes / MEGABYTE, "MB", against=each)


def _store(project: Path, seed: str) -> Iterator[Figure]:
    plain = nix.build(project, "dockerImages.image0.ociUncompressed").output.strip()
    layers = [path for path in nix.references(plain) if "-layer-" in path]
    own = nix.size(path for path in layers if seed in path)
    shared = nix.size(path for path in layers if seed not in path)
    all_images = (shared + IMAGES * own) / MEGABYTE
    against = f"{shared / MEGABYTE:.1f} MB that all share, {own / 1000:.0f} kB for each"
    yield Figure("layers of all images", all_images, "MB", against=against)
    yield Figure(
        "to layers that are not shared",
        all_images / (IMAGES * (shared + own) / MEGABYTE),
        "x",
        against=f"{IMAGES * (shared + own) / MEGABYTE:.0f} MB",
    )

"""Projects of up to 100,000 images: what grows as they do, and what splits the work.

Definitions and generated files of every size are real, and so are the evaluations of one image
and of a chunk of images in each. What workers take for all images is computed from these, since
each image costs the same. The evaluation is split by attribute, as nix-eval-jobs does for
Hydra: a worker takes its share of the images, and is started anew after each chunk, so that its
memory is bounded.
"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from attrs import frozen

from bench import nix
from bench.figure import Figure
from bench.measure import MEGABYTE, NIXGEN, Run, run, settle
from bench.projects import emit, make_project, write_definitions

SIZES = (1_000, 10_000, 100_000)
WORKERS = (1, 4, 16, 64)
CHUNK = 500
AT_ONCE = 2
_HOUR = 3600
_IS_PART = re.compile("/[0-9a-z]{32}-(image-parts|layer)-")

CHUNK_OF_IMAGES = """\
let
  inherit (import ./default.nix { }) dockerImages;
in
builtins.genList (number: dockerImages."image${toString number}") CHUNK
"""


@frozen
class Cost:
    """What an evaluation takes: seconds, and the bytes of its memory at their peak."""

    seconds: float
    peak_bytes: float


@frozen
class Evaluation:
    """The cost of evaluating one image of a project, and a chunk of its images."""

    one: Cost
    chunk: Cost

    def split(self, images: int, workers: int) -> Cost:
        """Return the seconds until all images are evaluated by the workers, and a worker's peak."""
        share = math.ceil(images / workers)
        starts = math.ceil(share / CHUNK)
        seconds = (self.chunk.seconds - self.one.seconds) / (CHUNK - 1)
        peak = (self.chunk.peak_bytes - self.one.peak_bytes) / (CHUNK - 1)
        return Cost(
            starts * self.one.seconds + (share - starts) * seconds,
            self.one.peak_bytes + (min(share, CHUNK) - 1) * peak,
        )


@frozen
class Layers:
    """The bytes of layers that all images share, and of those that each has for itself."""

    shared: int
    own: int

    def all(self, images: int) -> int:
        """Return the bytes that the layers of the images take."""
        return self.shared + images * self.own

    def unshared(self, images: int) -> int:
        """Return what they would take if images shared none."""
        return images * (self.shared + self.own)


@frozen
class Size:
    """What was measured with a project of so many images."""

    images: int
    emit: Run
    generated_bytes: int
    evaluation: Evaluation


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Write and evaluate a project of each size, build an image; tell what grows, and what not."""
    seed = f"scale{secrets.token_hex(4)}"
    sizes = [_measure(_make(scratch, f"{seed}n{images}", images), images) for images in SIZES]
    yield from _growth(sizes)
    yield from _split(sizes)
    projects = [_make(scratch, f"{seed}w{worker}", CHUNK) for worker in range(1 + AT_ONCE)]
    yield _at_once(*projects)
    layers = _layers(projects[0], f"{seed}w0")
    yield from (_layers_figure(layers, images) for images in SIZES)


def _make(scratch: Path, seed: str, images: int) -> Path:
    """Make a project with definitions of that many images; its files are those of one."""
    nix.remove_from_store(seed)
    project = make_project(scratch / seed, 1, seed=seed)
    write_definitions(project, images, seed=seed)
    (project / "chunk.nix").write_text(CHUNK_OF_IMAGES.replace("CHUNK", str(CHUNK)))
    return project


def _measure(project: Path, images: int) -> Size:
    settle()
    written = run([*NIXGEN, "emit"], project)
    generated = sum(file.stat().st_size for file in (project / "nix").rglob("*.nix"))
    settle()
    evaluated = (nix.instantiate(project, "dockerImages.image0"), _evaluate_chunk(project))
    costs = (Cost(each.seconds, each.peak_bytes) for each in evaluated)
    return Size(images, written, generated, Evaluation(*costs))


def _evaluate_chunk(project: Path) -> Run:
    return nix.instantiate(project, file="chunk.nix")


def _at_once(first: Path, *others: Path) -> Figure:
    """Compare a worker alone with as many workers at the same time as there are other projects.

    They write into one store.
    """
    for project in (first, *others):
        emit(project)
    settle()
    alone = _evaluate_chunk(first).seconds
    settle()
    with ThreadPoolExecutor() as pool:
        slowest = max(each.seconds for each in pool.map(_evaluate_chunk, others))
    return Figure(
        f"{len(others)} workers at once, to one alone",
        slowest / alone,
        "x",
        against=f"{CHUNK:,} images each: {slowest:.1f} s to {alone:.1f} s",
    )


def _layers(project: Path, seed: str) -> Layers:
    plain = nix.build(project, "dockerImages.image0.ociUncompressed").output.strip()
    parts = list(filter(_IS_PART.search, nix.requisites(plain)))
    shared = nix.size(path for path in parts if seed not in path)
    return Layers(shared, nix.size(path for path in parts if seed in path))


def _growth(sizes: list[Size]) -> Iterator[Figure]:
    """Yield what grows with the number of images, and what does not."""
    for size in sizes:
        used = f"{size.emit.cpu_seconds:.1f} s of CPU, {size.emit.peak_bytes / MEGABYTE:.0f} MB"
        name = f"emit of {size.images:,} images"
        yield Figure(name, size.emit.seconds, "s", against=f"{used} of memory")
    for size in sizes:
        name = f"generated files of {size.images:,} images"
        yield Figure(name, size.generated_bytes / MEGABYTE, "MB")
    for size in sizes:
        one = size.evaluation.one
        memory = f"{one.peak_bytes / MEGABYTE:.0f} MB of memory"
        yield Figure(f"one of {size.images:,} images evaluated", one.seconds, "s", against=memory)
    for size in sizes:
        chunk = size.evaluation.chunk
        memory = f"{chunk.peak_bytes / MEGABYTE:.0f} MB of memory"
        name = f"{CHUNK:,} of {size.images:,} images evaluated"
        yield Figure(name, chunk.seconds, "s", against=memory)


def _split(sizes: list[Size]) -> Iterator[Figure]:
    """Yield what evaluating all images takes, by one worker and by many."""
    for size in sizes:
        for workers in WORKERS:
            cost = size.evaluation.split(size.images, workers)
            name = f"{size.images:,} images evaluated by {workers} worker{'s' * (workers > 1)}"
            memory = f"computed; {cost.peak_bytes / MEGABYTE:.0f} MB of memory each"
            whole = size.images == SIZES[-1] and workers > 1
            yield Figure(name, cost.seconds, "s", _HOUR if whole else None, against=memory)


def _layers_figure(layers: Layers, images: int) -> Figure:
    return Figure(
        f"layers of {images:,} images",
        layers.all(images) / MEGABYTE,
        "MB",
        against=(
            f"{layers.unshared(images) / MEGABYTE:,.0f} MB if they shared none; "
            f"{layers.shared / MEGABYTE:.1f} MB shared, {layers.own / 1000:.0f} kB for each"
        ),
    )

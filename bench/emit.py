"""Writing a project's files, and starting the command."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figure import Figure
from bench.measure import MEGABYTE, NIXGEN, Run, medians, run
from bench.projects import make_project, write_definitions

SMALL, MEDIUM, LARGE = 100, 1_000, 10_000


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Measure `nixgen emit` and `nixgen --help`."""
    project = make_project(scratch / "emit", MEDIUM)
    peaks: list[int] = []

    def unchanged() -> float:
        usage = run([*NIXGEN, "emit"], project)
        peaks.append(usage.peak_bytes)
        return usage.seconds

    found = medians(
        5,
        attrs=lambda: run([sys.executable, "-c", "import attrs"], scratch).seconds,
        help=lambda: run([*NIXGEN, "--help"], scratch).seconds,
        cold=lambda: _from_nothing(project).seconds,
        unchanged=unchanged,
    )
    against = f"import attrs: {found['attrs']:.3f} s"
    yield Figure(f"{MEDIUM} images from nothing", found["cold"], "s", 2, against=against)
    yield Figure(f"{MEDIUM} images unchanged", found["unchanged"], "s", 0.5, against=against)
    yield Figure("memory", max(peaks) / MEGABYTE, "MB", 200, against="the peak of these runs")
    yield Figure(
        "files written for one changed definition", _written_after_a_change(project), "files", 1
    )
    yield _growth(scratch)
    yield Figure("nixgen --help", found["help"] / found["attrs"], "x", 2, against=against)


def _from_nothing(project: Path) -> Run:
    """Write all files of a project that has only its definitions.

    What was there is deleted afterwards: ext4 is slow to make files where it has just removed many.
    """
    old = project.with_name("old")
    old.mkdir()
    for file in (*project.glob("*.nix"), project / "nix", project / ".nixgen/emitted.json"):
        file.rename(old / file.name)
    usage = run([*NIXGEN, "emit"], project)
    shutil.rmtree(old)
    return usage


def _written_after_a_change(project: Path) -> int:
    def state() -> dict[Path, tuple[int, int]]:
        return {
            file: (file.stat().st_ino, file.stat().st_mtime_ns)
            for file in project.rglob("*")
            if file.is_file() and file.suffix != ".py"
        }

    before = state()
    write_definitions(project, MEDIUM, changed=MEDIUM // 2)
    run([*NIXGEN, "emit"], project)
    after = state()
    return sum(before.get(file) != after.get(file) for file in {*before, *after})


def _growth(scratch: Path) -> Figure:
    """Compare the time for each new image in projects of two sizes, without that for none.

    Seconds of the processor, since the disk would hide what grows.
    """
    sizes = (1, SMALL, LARGE)
    projects = {size: make_project(scratch / f"emit-{size}", size) for size in sizes}

    def seconds_of(size: int) -> Callable[[], float]:
        return lambda: _from_nothing(projects[size]).cpu_seconds

    found = medians(3, **{str(size): seconds_of(size) for size in sizes})
    small, large = ((found[str(size)] - found["1"]) / (size - 1) * 1000 for size in (SMALL, LARGE))
    against = f"{small:.2f} ms for each of {SMALL}, {large:.2f} ms for each of {LARGE}"
    return Figure("time for an image as they grow", large / small, "x", 1.3, against=against)

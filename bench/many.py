"""`nixgen build` of many images: its memory, the processors that it keeps busy, evaluations."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from attrs import frozen

from bench import nix
from bench.figure import Figure
from bench.measure import MEGABYTE, Run, idle_share, run, settle
from bench.projects import emit, make_project, write_definitions

IMAGES = 50
BUILDS = 3
_PROCESSORS = os.cpu_count() or 1

NIXGEN_WITH_PEAK = """\
import atexit, pathlib, resource, sys
from nixgen.cli.main import main
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
atexit.register(lambda: pathlib.Path("peak").write_text(str(peak())))
sys.argv[0] = "nixgen"
main()
"""
"""Leaves the memory that it needed itself, without the programs that it ran, in a file."""

COUNTED = """\
#!/bin/sh
echo >>"$EVALUATIONS"
exec {program} "$@"
"""


@frozen
class Build:
    """One build of all images: what it took, the share of the processors left idle."""

    run: Run
    idle: float
    evaluations: int

    @property
    def used_by_others(self) -> float:
        """The share of the processors that neither nixgen nor anything that it ran used."""
        own = self.run.cpu_seconds / (_PROCESSORS * self.run.seconds)
        return max(0.0, 1 - self.idle - own)


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Build images of five services each several times; their parent is there already."""
    seed = f"many{secrets.token_hex(4)}"
    project = make_project(scratch / "project", IMAGES, seed=seed)
    try:
        builds = [_build(project, f"{seed}-{number}", scratch) for number in range(BUILDS)]
    finally:
        nix.remove_from_store(seed)
    yield Figure(
        f"memory of nixgen that builds {IMAGES} images",
        int((project / "peak").read_text()) / MEGABYTE,
        "MB",
        150,
        against=f"{len(builds[-1].run.log.splitlines())} lines of progress",
    )
    seconds = median(build.run.seconds for build in builds)
    others = median(build.used_by_others for build in builds)
    yield Figure(
        "processor time left idle",
        100 * median(build.idle for build in builds),
        "%",
        20,
        against=f"{_PROCESSORS} processors for {seconds:.1f} s; others took {100 * others:.0f} %",
    )
    evaluations = max(build.evaluations for build in builds)
    yield Figure("evaluations", evaluations, "", 1, against=f"{IMAGES} images")


def _build(project: Path, seed: str, scratch: Path) -> Build:
    """Build all images anew; one of them is there before, and what it shares with the others."""
    nixgen = [sys.executable, "-c", NIXGEN_WITH_PEAK, "build", "--no-out-link"]
    write_definitions(project, IMAGES, seed=seed)
    emit(project)
    run([*nixgen, "image0"], project)
    counter = _count_evaluations(scratch / seed)
    settle()
    built, idle = idle_share(lambda: run(nixgen, project, **counter))
    lines = Path(counter["EVALUATIONS"]).read_text().splitlines()
    return Build(built, idle, len(lines))


def _count_evaluations(folder: Path) -> dict[str, str]:
    """Return variables with which every call of nix-instantiate leaves a line in a file."""
    folder.mkdir()
    script = folder / "nix-instantiate"
    script.write_text(COUNTED.format(program=shutil.which(script.name)))
    script.chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    return {"PATH": path, "EVALUATIONS": str(folder / "evaluations")}

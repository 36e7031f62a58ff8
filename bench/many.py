"""`nixgen build` of many images: its memory, the processors that it keeps busy, evaluations."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import nix
from bench.figure import Figure
from bench.measure import MEGABYTE, idle_share, run, settle
from bench.projects import make_project

IMAGES = 50

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


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Build images of five services each, whose parent is there already."""
    seed = f"many{secrets.token_hex(4)}"
    project = make_project(scratch / "project", IMAGES, seed=seed)
    nixgen = [sys.executable, "-c", NIXGEN_WITH_PEAK]
    counter = _count_evaluations(scratch)
    try:
        run([*nixgen, "build", "--no-out-link", "image0"], project)
        settle()
        built, idle = idle_share(
            lambda: run([*nixgen, "build", "--no-out-link"], project, **counter)
        )
    finally:
        nix.remove_from_store(seed)
    yield Figure(
        f"memory of nixgen that builds {IMAGES} images",
        int((project / "peak").read_text()) / MEGABYTE,
        "MB",
        150,
        against=f"{len(built.log.splitlines())} lines of progress",
    )
    processors = f"{os.cpu_count()} processors for {built.seconds:.1f} s"
    yield Figure("processor time left idle", 100 * idle, "%", 20, against=processors)
    evaluations = len(Path(counter["EVALUATIONS"]).read_text().splitlines())
    yield Figure("evaluations", evaluations, "", 1, against=f"{IMAGES} images")


def _count_evaluations(scratch: Path) -> dict[str, str]:
    """Return variables with which every call of nix-instantiate leaves a line in a file."""
    programs = scratch / "programs"
    programs.mkdir()
    script = programs / "nix-instantiate"
    script.write_text(COUNTED.format(program=shutil.which(script.name)))
    script.chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    return {"PATH": path, "EVALUATIONS": str(scratch / "evaluations")}

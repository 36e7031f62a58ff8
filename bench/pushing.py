"""Pushing, as `python -m bench.push` measures it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from bench.measure import REPOSITORY, run


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Push to a registry on the loopback address."""
    for row in json.loads(run([sys.executable, "-m", "bench.push", "--json"], REPOSITORY).output):
        if "uploads" in row:
            against = (
                f"{row['uploads']} uploads of {row['blobs']} blobs, 200 images that share them"
            )
        else:
            against = f"two copies of the archive: {row['nixgen']:.3f} s to {row['copying']:.2f} s"
        yield Figure(row["case"], row["ratio"], "x", row["target"], against=against)

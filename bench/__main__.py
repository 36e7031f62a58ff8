"""Measure, and print a table of all figures.

python -m bench [--json] [--nixpkgs PATH] [GROUP...]
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench import building, emit, evaluation, many, nix, pushing, scale, store, train
from bench.figure import Figure, to_data, to_table

GROUPS: dict[str, Callable[[Path, Path | None], Iterator[Figure]]] = {
    "emit": emit.figures,
    "evaluation": evaluation.figures,
    "building": building.figures,
    "store": store.figures,
    "many images": many.figures,
    "layers": train.figures,
    "pushing": pushing.figures,
    "scale": scale.figures,
}


def main() -> None:
    """Measure the groups that are asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure nixgen.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--nixpkgs", type=Path, metavar="PATH", help="a nixpkgs whose dockerTools to measure too"
    )
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    options = parser.parse_args()
    if unknown := set(options.groups) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing stays in the store
    try:
        measured = _measure(options.groups or list(GROUPS), options.nixpkgs)
        text = json.dumps(to_data(measured), indent=2) if options.json else to_table(measured)
        print(text, flush=True)  # to remove what was made takes a while
    finally:
        nix.remove_all()


def _measure(groups: Sequence[str], nixpkgs: Path | None) -> dict[str, list[Figure]]:
    measured = {}
    with tempfile.TemporaryDirectory(prefix="nixgen-bench-") as scratch:
        for group in groups:
            print(f"measuring {group} ...", file=sys.stderr)
            folder = Path(scratch) / group
            folder.mkdir()
            measured[group] = list(GROUPS[group](folder, nixpkgs))
    return measured


if __name__ == "__main__":
    main()

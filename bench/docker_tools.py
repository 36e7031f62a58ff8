"""nixpkgs' dockerTools, to compare with: what its buildLayeredImage needs for the same contents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bench.measure import run

EXPRESSION = """\
{ nixpkgs, name, paths }:
(import nixpkgs { }).dockerTools.buildLayeredImage {
  inherit name;
  contents = map builtins.storePath (builtins.fromJSON paths);
  compressor = "none";
}
"""


def build_layered_image(nixpkgs: Path, name: str, paths: Sequence[str], folder: Path) -> float:
    """Return the seconds that the image of the store paths takes, its evaluation left out.

    An image without contents is built before, so that the programs that it needs are there.
    """
    _build(nixpkgs, f"{name}-empty", [], folder)
    return _build(nixpkgs, name, paths, folder)


def _build(nixpkgs: Path, name: str, paths: Sequence[str], folder: Path) -> float:
    arguments = {"nixpkgs": nixpkgs.resolve(), "name": name, "paths": json.dumps(paths)}
    words = [word for key, value in arguments.items() for word in ("--argstr", key, str(value))]
    derivation = run(["nix-instantiate", "--expr", EXPRESSION, *words], folder).output.strip()
    return run(["nix-store", "--realise", "--max-jobs", "auto", derivation], folder).seconds

"""Evaluating a project with Nix: one image of few and of many, all of them, and by hand."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from bench import nix
from bench.figure import Figure
from bench.measure import MEGABYTE, medians
from bench.projects import make_project

IMAGES = 1_000
_HEAD_LINES = 3  # of a generated file: its marker, its arguments, an empty line

BY_HAND = """\
{{ system ? builtins.currentSystem }}:
let
  pkgs = import ./nix/package-sets/debian {{ lock = ./debian.lock.json; inherit system; }};
  lib = import ./nix {{ inherit dockerImages pkgs; }};
  dockerImages = {{
{images}
  }};
in
{{ inherit dockerImages; }}
"""


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Measure nix-instantiate on projects of one image and of many."""
    seed = f"evaluation{secrets.token_hex(4)}"  # so that no derivation is there already
    one = make_project(scratch / "one", 1, seed=seed)
    many = make_project(scratch / "many", IMAGES, seed=seed)
    by_hand = write_by_hand(many)

    new = nix.instantiate(many, "dockerImages")
    yield Figure(
        f"all {IMAGES} images, new", new.seconds, "s", 15, against=f"{new.cpu_seconds:.2f} s of CPU"
    )
    yield Figure("their memory", new.peak_bytes / MEGABYTE, "MB", 1500)

    single = medians(
        9,
        one=lambda: nix.instantiate(one, "dockerImages.image0").seconds,
        many=lambda: nix.instantiate(many, "dockerImages.image0").seconds,
    )
    yield Figure(
        f"one of {IMAGES} images to the only one",
        single["many"] / single["one"],
        "x",
        1.3,
        against=f"{single['many']:.3f} s to {single['one']:.3f} s",
    )

    every = medians(
        3,
        generated=lambda: nix.instantiate(many, "dockerImages").cpu_seconds,
        by_hand=lambda: nix.instantiate(many, "dockerImages", file=by_hand).cpu_seconds,
    )
    yield Figure(
        "generated files to one written by hand",
        every["generated"] / every["by_hand"],
        "x",
        1.1,
        against=f"{every['generated']:.2f} s to {every['by_hand']:.2f} s of CPU, {IMAGES} images",
    )


def write_by_hand(project: Path) -> str:
    """Write the project's images as one file of Nix, as one without nixgen would; name it."""
    images = []
    for file in sorted((project / "nix/images").glob("*.nix")):
        body = file.read_text().splitlines()[_HEAD_LINES:]
        images.append("\n".join([f"    {file.stem} =", *(f"    {line}" for line in body)]) + ";")
    (project / "by-hand.nix").write_text(BY_HAND.format(images="\n".join(images)))
    return "by-hand.nix"

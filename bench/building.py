"""Building an image of 300 MB in 40 store paths: from nothing, and after a change.

It is measured against dockerTools of a nixpkgs that builds here, and without one against the
floor: `tar` and then `sha256sum` of the same files.
"""

from __future__ import annotations

import os
import re
import secrets
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from bench import nix
from bench.docker_tools import build_layered_image
from bench.figure import Figure
from bench.measure import run
from bench.projects import emit, make_project

PATHS = 40
ROUNDS = 3

PACKAGES = """\
{{ pkgs }}:
let
  makeData =
    number: seed:
    pkgs.runCommand "data-${{seed}}-${{toString number}}"
      {{
        nativeBuildInputs = [ pkgs.openssl ];
      }}
      ''
        folder=$out/share/data/${{toString number}}
        mkdir -p $folder
        for file in $(seq 30); do
          head -c 250000 /dev/zero |
            openssl enc -aes-128-ctr -nosalt -pbkdf2 -iter 1 -pass pass:$out-$file > $folder/$file
        done
      '';
in
builtins.listToAttrs (
  builtins.genList (number: {{
    name = "data${{toString number}}";
    value = makeData number "{seed}${{if number == 0 then "{first}" else ""}}";
  }}) {paths}
)
"""

IMAGES = """\
from nixgen import Image, Project, pkgs

contents = [pkgs[f"data{{number}}"] for number in range({paths})]
project = Project(
    images={{
        "empty": Image(name="bench/empty", command="true"),
        "data": Image(name="{seed}/data", command="echo {script}", contents=contents),
    }}
)
"""


@frozen
class Round:
    """The seconds that one round took for an image in one form, and for what it is compared with.

    `layers` is how many layers of packages were made after a change of one package.
    """

    base: float
    from_nothing: float
    changed: float
    layers: int


@frozen
class Form:
    """A form of an image: its name in the table, its attribute, its targets with dockerTools."""

    name: str
    attribute: str
    from_nothing: float
    changed: float


FORMS = (
    Form("run", "dockerImages.data.loadedBy.podman", 0.7, 0.1),
    Form("archive", "dockerImages.data", 1.2, 0.6),
)
FLOOR_TARGET = 2


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Measure what `nixgen run` builds, and the archive that nix-build does."""
    project = make_project(scratch / "project", 1)
    base = "dockerTools" if nixpkgs else "tar and sha256sum"
    for form in FORMS:
        rounds = [_round(project, form, nixpkgs) for _ in range(ROUNDS)]
        targets = (form.from_nothing, form.changed) if nixpkgs else (FLOOR_TARGET, None)
        base_seconds = statistics.median(each.base for each in rounds)
        for name, at_most in zip(("from_nothing", "changed"), targets, strict=True):
            seconds = statistics.median(getattr(each, name) for each in rounds)
            situation = {"from_nothing": "from nothing", "changed": "after a changed script"}[name]
            against = f"{base}: {seconds:.2f} s to {base_seconds:.2f} s"
            yield Figure(
                f"{form.name} {situation}", seconds / base_seconds, "x", at_most, against=against
            )
        layers = max(each.layers for each in rounds)
        against = "and those of the links to it and of the image's own files"
        yield Figure(
            f"{form.name}: layers for a changed package", layers, "layers", 1, against=against
        )


def _round(project: Path, form: Form, nixpkgs: Path | None) -> Round:
    """Measure one form of a new image, and remove from the store what came of it."""
    seed = f"bench{secrets.token_hex(4)}"
    try:
        _define(project, seed)
        paths = _build_packages(project)
        nix.build(project, form.attribute.replace(".data", ".empty"))
        base = (
            build_layered_image(nixpkgs, seed, paths, project)
            if nixpkgs
            else _floor(project, paths)
        )
        from_nothing = nix.build(project, form.attribute)
        _define(project, seed, script="changed")
        changed = nix.build(project, form.attribute)
        _define(project, seed, script="changed", first="changed")
        _build_packages(project)
        log = nix.build(project, form.attribute).log
        layers = len(re.findall("building '.*-layer-data-", log))
        return Round(base, from_nothing.seconds, changed.seconds, layers)
    finally:
        nix.remove_from_store(seed)


def _define(project: Path, seed: str, *, script: str = "first", first: str = "") -> None:
    """Write the definitions and the packages, of which the one numbered 0 has a seed of its own."""
    (project / "packages.nix").write_text(PACKAGES.format(seed=seed, first=first, paths=PATHS))
    (project / "images.py").write_text(IMAGES.format(seed=seed, script=script, paths=PATHS))
    emit(project)


def _build_packages(project: Path) -> list[str]:
    packages = [f"pkgs.data{number}" for number in range(PATHS)]
    return nix.build(project, *packages).output.split()


def _floor(project: Path, paths: Sequence[str]) -> float:
    """Return the seconds that `tar` and then `sha256sum` take for the store paths."""
    archive = project / "floor.tar"
    os.sync()
    packed = run(["tar", "--create", f"--file={archive}", *paths], project)
    summed = run(["sha256sum", archive], project)
    archive.unlink()
    return packed.seconds + summed.seconds

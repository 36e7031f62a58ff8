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
    seed = f"bench{secrets.token_hex(4)}"
    try:
        for form in FORMS:
            seeds = [f"{seed}-{form.name}-{number}" for number in range(ROUNDS)]
            rounds = [_round(project, form, each, nixpkgs) for each in seeds]
            yield from _figures_of_form(form, rounds, nixpkgs)
    finally:
        # Not after each round: for minutes ext4 is slow to make files where it removed many.
        nix.remove_from_store(seed)


def _figures_of_form(form: Form, rounds: list[Round], nixpkgs: Path | None) -> Iterator[Figure]:
    base = statistics.median(each.base for each in rounds)
    base_name = "dockerTools" if nixpkgs else "tar and sha256sum"
    for situation, seconds, target in (
        ("from nothing", [each.from_nothing for each in rounds], form.from_nothing),
        ("after a changed script", [each.changed for each in rounds], form.changed),
    ):
        median = statistics.median(seconds)
        floor_target = FLOOR_TARGET if situation == "from nothing" else None
        yield Figure(
            f"{form.name} {situation}",
            median / base,
            "x",
            target if nixpkgs else floor_target,
            against=f"{base_name}: {median:.2f} s to {base:.2f} s",
        )
    yield Figure(
        f"{form.name}: layers for a changed package",
        max(each.layers for each in rounds),
        "",
        1,
        against="beside those of the links to it and of the image's own files",
    )


def _round(project: Path, form: Form, seed: str, nixpkgs: Path | None) -> Round:
    """Measure one form of a new image."""
    _define(project, seed)
    paths = _build_packages(project)
    nix.build(project, form.attribute.replace(".data", ".empty"))
    base = build_layered_image(nixpkgs, seed, paths, project) if nixpkgs else _floor(project, paths)
    from_nothing = nix.build(project, form.attribute)
    _define(project, seed, script="changed")
    changed = nix.build(project, form.attribute)
    _define(project, seed, script="changed", first="changed")
    _build_packages(project)
    log = nix.build(project, form.attribute).log
    layers = len(re.findall("building '.*-layer-data-", log))
    return Round(base, from_nothing.seconds, changed.seconds, layers)


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

"""Building an image of 300 MB in 40 store paths: from nothing, and after a change.

It is measured against the floor, which is `tar` and then `sha256sum` of the same files, and against
dockerTools of a nixpkgs where one is given.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from attrs import frozen

from bench import nix
from bench.docker_tools import DockerTools, find_docker_tools
from bench.figure import Figure
from bench.measure import in_turn, run, settle
from bench.projects import emit, make_project

PATHS = 40
ROUNDS = 5
CHANGES = 3

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
        head -c 7500000 /dev/zero |
          openssl enc -aes-128-ctr -nosalt -pbkdf2 -iter 1 -pass pass:$out |
          split --bytes=250000 - $folder/
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
FLOOR = "tar and sha256sum"
FLOOR_TARGET = 2


@frozen
class Round:
    """The seconds that one round took for an image in one form, and for what it is compared with.

    `bases` has those of the floor, and of dockerTools, by their names in the table; `changed` those
    of several changed scripts.
    """

    bases: dict[str, float]
    from_nothing: float
    changed: list[float]


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Measure what `nixgen run` builds, and the archive that nix-build does."""
    project = make_project(scratch / "project", 1)
    seed = f"bench{secrets.token_hex(4)}"
    rounds: dict[Form, list[Round]] = {form: [] for form in FORMS}
    layers = {}
    try:
        docker_tools = find_docker_tools(nixpkgs, seed, scratch) if nixpkgs else None
        # Both forms in each round, so that both meet the same machine.
        for number in range(ROUNDS):
            for form, measured in rounds.items():
                own_seed = f"{seed}-{form.name}-{number}"
                measured.append(_round(project, form, own_seed, number, docker_tools))
                if number == 0:
                    layers[form] = _count_layers(project, form, own_seed)
    finally:
        nix.remove_from_store(seed)
    yield from figures_of_rounds(rounds)
    for form, count in layers.items():
        yield Figure(
            f"{form.name}: layers for a changed package",
            count,
            "",
            1,
            against="beside those of the links to it and of the image's own files",
        )


def figures_of_rounds(rounds: Mapping[Form, Sequence[Round]]) -> Iterator[Figure]:
    """Compare the medians of each form with those of each base, which is the same for all forms."""
    found = [each.bases for measured in rounds.values() for each in measured]
    bases = {name: [each[name] for each in found] for name in found[0]}
    for form, measured in rounds.items():
        yield from _figures_of_form(form, measured, bases)


def _figures_of_form(
    form: Form, rounds: Sequence[Round], bases: Mapping[str, Sequence[float]]
) -> Iterator[Figure]:
    from_nothing = [each.from_nothing for each in rounds]
    changed = [seconds for each in rounds for seconds in each.changed]
    for name, base in bases.items():
        targets = (FLOOR_TARGET, None) if name == FLOOR else (form.from_nothing, form.changed)
        for situation, seconds, target in (
            ("from nothing", from_nothing, targets[0]),
            ("after a changed script", changed, targets[1]),
        ):
            yield Figure(
                f"{form.name} {situation}",
                median(seconds) / median(base),
                "x",
                target,
                against=f"{name}: {_with_range(seconds)} to {_with_range(base)}",
            )


def _with_range(seconds: Sequence[float]) -> str:
    """Return the median with the least and the most, which tell how calm the machine was."""
    return f"{median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


def _round(
    project: Path, form: Form, seed: str, number: int, docker_tools: DockerTools | None
) -> Round:
    """Measure one form of a new image; the number of the round says what is measured first."""
    _define(project, seed)
    paths = _build_packages(project)
    nix.build(project, form.attribute.replace(".data", ".empty"))
    ours = "nixgen"
    sides: dict[str, Callable[[], float]] = {
        FLOOR: lambda: _floor(project.parent / f"{seed}.tar", paths),
        ours: lambda: nix.build(project, form.attribute).seconds,
    }
    if docker_tools:
        sides[docker_tools.name] = lambda: docker_tools.seconds(seed, paths, project)
    seconds = in_turn(number, sides)
    changed = []
    for change in range(CHANGES):
        _define(project, seed, script=f"changed {change}")
        settle()
        changed.append(nix.build(project, form.attribute).seconds)
    return Round(seconds, seconds.pop(ours), changed)


def _count_layers(project: Path, form: Form, seed: str) -> int:
    """Return how many layers of packages are made after a change of one package."""
    _define(project, seed, script="changed", first="changed")
    _build_packages(project)
    return len(re.findall("building '.*-layer-data-", nix.build(project, form.attribute).log))


def _define(project: Path, seed: str, *, script: str = "first", first: str = "") -> None:
    """Write the definitions and the packages, of which the one numbered 0 has a seed of its own."""
    (project / "packages.nix").write_text(PACKAGES.format(seed=seed, first=first, paths=PATHS))
    (project / "images.py").write_text(IMAGES.format(seed=seed, script=script, paths=PATHS))
    emit(project)


def _build_packages(project: Path) -> list[str]:
    packages = [f"pkgs.data{number}" for number in range(PATHS)]
    return nix.build(project, *packages).output.split()


def _floor(archive: Path, paths: Iterable[str]) -> float:
    """Return the seconds that `tar` and then `sha256sum` take for the store paths.

    The archive stays until all is measured, as what Nix builds does: to remove one is work of the
    disk for a while after.
    """
    packed = run(["tar", "--create", f"--file={archive}", *paths], archive.parent)
    summed = run(["sha256sum", archive], archive.parent)
    return packed.seconds + summed.seconds

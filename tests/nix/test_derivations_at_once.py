"""Several derivations: realised by way of one, and held while they are used."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from plumbum import local
from project import NIX_CONFIG

from nixgen.errors import BuildError
from nixgen.programs import nix
from nixgen.programs.nix_log import Step
from nixgen.programs.nix_roots import Roots, held_roots

pytestmark = pytest.mark.nix

# Builders that are part of Nix, one of which fails because there is nothing to link.
DEFAULT_NIX = """\
let
  make =
    name: attributes:
    derivation (
      {
        inherit name;
        system = builtins.currentSystem;
        builder = "builtin:buildenv";
        derivations = [ ];
        seed = "SEED";
      }
      // attributes
    );
  names = builtins.genList (number: "good${toString number}") 25;
in
builtins.listToAttrs (
  map (name: {
    inherit name;
    value = make name { manifest = "none"; };
  }) names
)
// {
  bad = make "bad" { manifest = make "broken" { }; };
}
"""
GOOD = [f"good{number}" for number in range(25)]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Make a project whose derivations nobody has built."""
    (tmp_path / "default.nix").write_text(f"{{ }}: {DEFAULT_NIX.replace('SEED', str(tmp_path))}")
    with local.env(NIX_CONFIG=NIX_CONFIG):
        yield tmp_path


def realise(
    folder: Path, roots: Roots, attributes: list[str], *options: str, steps: list[Step]
) -> list[str]:
    derivations = nix.instantiate(folder, attributes, roots=roots)
    return nix.realise(derivations, options, roots=roots, on_step=steps.append)


@pytest.mark.parametrize("count", [1, 2, 10, 11, 25])
def test_output_paths_come_in_the_order_of_the_attributes(folder: Path, count: int) -> None:
    """However many there are, built now or before; no step is told that nobody asked for."""
    wanted = list(reversed(GOOD[:count]))
    with held_roots(folder) as roots:
        for steps_expected in (sorted(f"building {name}" for name in wanted), []):
            steps: list[Step] = []
            paths = realise(folder, roots, wanted, steps=steps)
            assert wanted == [path.partition("-")[2] for path in paths]
            assert steps_expected == sorted(step.text for step in steps)
            assert all(step.expected <= count for step in steps)


def test_others_are_known_and_not_built(folder: Path) -> None:
    """They come in their order, beside those that are to be realised."""
    with held_roots(folder) as roots:
        known = nix.instantiate(folder, GOOD[:3], roots=roots, others=["bad", "good9"])
        names = [path.partition("-")[2] for path in known.others]
        nix.realise(known, roots=roots, on_step=lambda step: None)
    assert ["bad.drv", "good9.drv"] == names
    assert not any(map(exists, nix.output_paths(known.others)))


def test_failure_tells_nothing_of_what_nobody_asked_for(folder: Path) -> None:
    """The derivation that failed is named, and the one that needs it; the rest is built."""
    with held_roots(folder) as roots, pytest.raises(BuildError) as failure:
        realise(folder, roots, ["bad", *GOOD], "--keep-going", steps=[])
    _, *log = str(failure.value).splitlines()
    assert [] == [line for line in log if "nixgen-outputs" in line]
    assert ["broken.drv", "bad.drv"] == [
        name for name in ("broken.drv", "bad.drv") if name in "".join(log)
    ]
    with held_roots(folder) as roots:
        known = nix.instantiate(folder, GOOD, roots=roots)
        assert all(map(exists, nix.output_paths(known.wanted)))


@pytest.mark.parametrize("attributes", [GOOD[:1], GOOD[:2]], ids=["one", "several"])
def test_what_was_realised_cannot_be_collected_meanwhile(
    folder: Path, attributes: list[str]
) -> None:
    """Nor can what was instantiated; both can once the command has ended."""
    with held_roots(folder) as roots:
        derivations = nix.instantiate(folder, attributes, roots=roots)
        assert [False] * len(attributes) == list(map(collect, derivations.wanted))
        paths = nix.realise(derivations, roots=roots, on_step=lambda step: None)
        assert [False] * len(attributes) == list(map(collect, paths))
    if derivations.aggregate:
        assert all(map(collect, nix.output_paths([derivations.aggregate])))
    assert [True] * len(attributes) == list(map(collect, paths))


def test_what_was_copied_into_the_store_cannot_be_collected_meanwhile(folder: Path) -> None:
    """The copy goes by the name that it was given, and is there until the command ends."""
    with held_roots(folder) as roots:
        path = nix.add_to_store(folder, "copied", roots=roots)
        assert (True, False) == (path.endswith("-copied"), collect(path))
        assert (folder / "default.nix").read_text() == Path(path, "default.nix").read_text()


def exists(path: str) -> bool:
    return Path(path).exists()


def collect(path: str) -> bool:
    """Delete the store path as a collection of garbage would; tell whether it did."""
    done = subprocess.run(
        ["nix-store", "--delete", path], capture_output=True, text=True, check=False
    )
    return done.returncode == 0

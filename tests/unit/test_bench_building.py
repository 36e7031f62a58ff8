"""Measuring builds: what they are compared with, and how many of them dockerTools would need."""

from __future__ import annotations

from bench.building import FLOOR, FORMS, Round, figures_of_rounds
from bench.docker_tools import count_builds

DOCKER_TOOLS = "nixpkgs' dockerTools"
DRY_RUN = """\
warning: you did not specify '--add-root'
these 2 derivations will be built:
  /nix/store/7sy2fq332kq50mbng64im9750gzi3bi1-empty-base.json.drv
  /nix/store/2l07j1207qwk6klzv6gnj5y9xnbl7y9i-empty.tar.drv
these 1 paths will be fetched (0.03 MiB download, 0.12 MiB unpacked):
  /nix/store/rc2g8z7vwamfa6agpl4lzxwimv23wck2-bash-5.2
"""


def test_each_form_is_compared_with_the_floor_and_with_dockertools() -> None:
    """The medians of the form's rounds with those of all rounds, and the targets of each."""
    run, archive = FORMS
    rounds = {
        run: [_round(floor, 2 * floor) for floor in (1, 3, 2)],
        archive: [_round(floor, 2 * floor) for floor in (4, 2, 2)],
    }
    expected = [
        ("run from nothing", 1.5, 2, f"{FLOOR}: 3.00 s (1.50 to 4.50) to 2.00 s (1.00 to 4.00)"),
        ("run after a changed script", 0.25, None, f"{FLOOR}: 0.50 s (0.25 to 0.75) to 2.00 s"),
        ("run from nothing", 0.75, 0.7, f"{DOCKER_TOOLS}: 3.00 s (1.50 to 4.50) to 4.00 s"),
        ("run after a changed script", 0.125, 0.1, f"{DOCKER_TOOLS}: 0.50 s (0.25 to 0.75) to "),
    ]
    compared = list(figures_of_rounds(rounds))[:4]
    assert [row[:3] for row in expected] == [
        (figure.name, figure.value, figure.at_most) for figure in compared
    ]
    for figure, row in zip(compared, expected, strict=True):
        assert figure.against.startswith(row[3])


def _round(floor: float, docker_tools: float) -> Round:
    bases = {FLOOR: floor, DOCKER_TOOLS: docker_tools}
    return Round(bases, 1.5 * floor, [floor / 4, floor / 4, floor / 4])


def test_what_would_be_built_is_counted_without_what_is_fetched() -> None:
    """Many mean that a compiler would be bootstrapped."""
    assert count_builds(DRY_RUN) == 2

"""The measuring package: its table, and the simulation of pushed layers."""

from __future__ import annotations

import pytest

from bench.figure import Figure, to_data, to_table
from bench.measure import REPOSITORY
from bench.train import (
    LARGE,
    MOST_LAYERS,
    Layer,
    nixgen_layers,
    one_layer,
    popularity_layers,
    simulate,
)
from bench.world import SCRIPTS, make_world


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("time", 2.0, "s", 2), "reached"),
        (Figure("time", 2.1, "s", 2), "missed"),
        (Figure("share", 0.5, "x", at_least=0.6), "missed"),
        (Figure("bytes", 1.0, "MB"), ""),
    ],
)
def test_a_figure_tells_whether_it_reached_its_target(figure: Figure, verdict: str) -> None:
    """One without a target tells nothing."""
    assert verdict == figure.verdict
    assert verdict == to_data({"group": [figure]})[0]["verdict"]


def test_the_table_has_a_line_for_each_figure_with_its_target() -> None:
    """Under a heading."""
    figures = [Figure("slow", 123.4, "s", 100, against="a clock"), Figure("small", 0.0125, "x")]
    expected = [
        "FIGURE        MEASURED  TARGET            AGAINST",
        "group: slow   123 s     <= 100 s  missed  a clock",
        "group: small  0.0125 x",
    ]
    assert expected == to_table({"group": figures}).splitlines()


def test_the_simulation_gives_the_same_for_the_same_seed() -> None:
    """And something else for another."""
    assert simulate(nixgen_layers, 1) == simulate(nixgen_layers, 1)
    assert simulate(nixgen_layers, 1) != simulate(nixgen_layers, 2)


def test_every_way_of_layers_holds_all_that_an_image_needs() -> None:
    """In no more layers than allowed; what two packages need may be there twice."""
    world = make_world(1, 5)
    for image, packages in world.images.items():
        needed = world.size(world.closure([*packages, *world.base])) + SCRIPTS
        single, popular, own = (
            _sum(way(world, image)) for way in (one_layer, popularity_layers, nixgen_layers)
        )
        assert [needed, needed] == [single, popular]
        assert needed <= own < len(packages) * needed + 1
        assert len(nixgen_layers(world, image)) <= MOST_LAYERS


def test_the_simulated_layers_are_those_that_are_made() -> None:
    """A path is large, and so has a layer of its own, from as many bytes on."""
    docker_tools = REPOSITORY / "nix/package-sets/debian/docker-tools/default.nix"
    assert f"smallestLarge = {LARGE // 1024} * 1024;" in docker_tools.read_text()


@pytest.mark.parametrize("scale", [1, 3])
def test_a_few_layers_push_little_again(scale: int) -> None:
    """However many store paths an image has."""
    own, whole, popular = (
        simulate(way, 1, scale) for way in (nixgen_layers, one_layer, popularity_layers)
    )
    assert own.most_layers <= MOST_LAYERS
    assert own.again < 0.1 * whole.again
    assert own.again < 1.1 * popular.again


def _sum(layers: list[Layer]) -> int:
    return sum(layer.size for layer in layers)

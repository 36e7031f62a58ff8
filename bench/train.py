"""A train of releases: how many bytes each way of making layers pushes again.

It is a simulation, in the world of `bench/world.py`. A registry holds every layer once; a layer is
pushed when one of the store paths in it, or the image's own files, are new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from attrs import frozen

from bench.figure import Figure
from bench.world import MEGABYTE, SCRIPTS, World, make_world

RELEASES = 50
IMAGES = 20
SEEDS = range(5)
MOST_LAYERS = 56
DOCKER_TOOLS_MOST_LAYERS = 100


@frozen
class Layer:
    """A layer: what its digest depends on, and its bytes."""

    content: object
    size: int


@frozen
class Pushed:
    """What a way of making layers costs: the bytes of the first release and of all later ones."""

    first: int
    again: int
    most_layers: int


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Simulate the ways, in a few worlds each."""
    ways = {
        "one layer for each image": one_layer,
        "nixgen": nixgen_layers,
        "dockerTools' popularity order": popularity_layers,
    }
    sums = {name: _sum(simulate(way, seed) for seed in SEEDS) for name, way in ways.items()}
    whole = sums["one layer for each image"]
    for name, pushed in sums.items():
        megabytes = f"{pushed.again / MEGABYTE:.0f} to {whole.again / MEGABYTE:.0f} MB"
        against = f"one layer each: {megabytes}; {pushed.first / MEGABYTE:.0f} MB at first"
        yield Figure(
            f"{name}: pushed again",
            pushed.again / whole.again,
            "x",
            0.5 if name == "nixgen" else None,
            against=against,
        )
        if name == "nixgen":
            yield Figure(f"{name}: layers", pushed.most_layers, "", MOST_LAYERS)


def _sum(pushed: Iterable[Pushed]) -> Pushed:
    each = list(pushed)
    return Pushed(
        sum(one.first for one in each),
        sum(one.again for one in each),
        max(one.most_layers for one in each),
    )


def simulate(layers_of: Callable[[World, str], list[Layer]], seed: int) -> Pushed:
    """Push all images, then again after each release."""
    world = make_world(seed, IMAGES)
    registry: set[Layer] = set()
    pushed: list[int] = []
    most_layers = 0
    for _ in range(RELEASES + 1):
        images = [layers_of(world, image) for image in world.images]
        new = {layer for layers in images for layer in layers} - registry
        pushed.append(sum(layer.size for layer in new))
        registry |= new
        most_layers = max(most_layers, *map(len, images))
        world.release()
    return Pushed(pushed[0], sum(pushed[1:]), most_layers)


def one_layer(world: World, image: str) -> list[Layer]:
    """Put everything into one layer, as buildImage does."""
    paths = _paths(world, world.closure([*world.images[image], *world.base]))
    own = _own_files(world, image)
    return [Layer((paths.content, own.content), paths.size + own.size)]


def nixgen_layers(world: World, image: str) -> list[Layer]:
    """Make a layer for each package that the image names, of its closure.

    What the parent holds is left out. Each package of the parent has a layer too.
    """
    layers: list[Layer] = []
    held: set[str] = set()
    for package in world.base:
        held_before, held = held, held | world.closure([package])
        layers.append(_paths(world, held - held_before))
    for package in world.images[image]:
        layers.append(_paths(world, world.closure([package]) - held))
    return [*layers, _own_files(world, image)]


def popularity_layers(world: World, image: str) -> list[Layer]:
    """Give the most popular paths layers of their own, as nixpkgs' dockerTools does.

    After its manual and the article that introduced it: a path is the more popular the more often
    it occurs when the references are written out as a tree. The paths that are too many for layers
    of their own share one, and the image's own files are the last.
    """
    roots = [*world.images[image], *world.base]
    closure = world.closure(roots)

    @cache
    def occurrences(name: str) -> int:
        users = [other for other in closure if name in world.needs[other]]
        return (name in roots) + sum(map(occurrences, users))

    ordered = sorted(closure, key=lambda name: (-occurrences(name), name))
    single, rest = ordered[: DOCKER_TOOLS_MOST_LAYERS - 2], ordered[DOCKER_TOOLS_MOST_LAYERS - 2 :]
    shared = [_paths(world, rest)] if rest else []
    return [*(_paths(world, [name]) for name in single), *shared, _own_files(world, image)]


def _paths(world: World, names: Iterable[str]) -> Layer:
    chosen = frozenset(names)
    return Layer(frozenset(map(world.store_path, chosen)), world.size(chosen))


def _own_files(world: World, image: str) -> Layer:
    return Layer((image, world.scripts[image]), SCRIPTS)

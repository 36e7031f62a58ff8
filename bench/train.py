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
SEEDS = range(3)
SCALES = (1, 3)
MOST_LAYERS = 56
DOCKER_TOOLS_MOST_LAYERS = 100
LARGE = 256 * 1024
"""The bytes from which on a path has a layer of its own, in the debian set's dockerTools."""


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
    """Simulate the ways, in a few worlds of each scale."""
    for scale in SCALES:
        sums = {
            name: _sum(simulate(way, seed, scale) for seed in SEEDS) for name, way in WAYS.items()
        }
        paths = _closure_sizes(scale)
        for name, pushed in sums.items():
            yield from _figures_of_way(f"{name}, {paths} paths an image", pushed, sums["one layer"])


def _figures_of_way(name: str, pushed: Pushed, whole: Pushed) -> Iterator[Figure]:
    nixgen = name.startswith("nixgen")
    megabytes = f"{pushed.again / MEGABYTE:.0f} to {whole.again / MEGABYTE:.0f} MB"
    yield Figure(
        f"pushed again by {name}",
        pushed.again / whole.again,
        "x",
        0.5 if nixgen else None,
        against=f"one layer each: {megabytes}; {pushed.first / MEGABYTE:.0f} MB at first",
    )
    if nixgen:
        yield Figure(f"layers of {name}", pushed.most_layers, "", MOST_LAYERS)


def _closure_sizes(scale: int) -> str:
    """Return the least and the largest number of store paths of an image."""
    worlds = [make_world(seed, IMAGES, scale) for seed in SEEDS]
    sizes = [
        len(world.closure([*named, *world.base]))
        for world in worlds
        for named in world.images.values()
    ]
    return f"{min(sizes)} to {max(sizes)}"


def _sum(pushed: Iterable[Pushed]) -> Pushed:
    each = list(pushed)
    return Pushed(
        sum(one.first for one in each),
        sum(one.again for one in each),
        max(one.most_layers for one in each),
    )


def simulate(layers_of: Callable[[World, str], list[Layer]], seed: int, scale: int = 1) -> Pushed:
    """Push all images, then again after each release."""
    world = make_world(seed, IMAGES, scale)
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
    """Make layers of the parent's packages and of each package that the image names.

    As nix/package-sets/debian/docker-tools does it: what the parent holds is left out, a large
    path has a layer of its own, the small ones of a package share one, or two where they are large
    together. Of too many layers the smallest are made one.
    """
    chosen: dict[frozenset[str], None] = {}
    held: set[str] = set()
    for package in [*world.base, *world.images[image]]:
        closure = world.closure([package]) - held
        large = {name for name in closure if world.sizes[name] >= LARGE}
        small = frozenset(closure - large)
        own = small & {package} if world.size(small) >= LARGE else frozenset()
        groups = [*(frozenset([name]) for name in sorted(large)), small - own, own]
        chosen.update(dict.fromkeys(filter(None, groups)))
        held |= closure if package in world.base else set()
    return [*(_paths(world, names) for names in _few(world, chosen)), _own_files(world, image)]


def _few(world: World, chosen: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Return the groups with the smallest united where a layer each would be too many."""
    ordered = sorted(chosen, key=world.size)
    surplus = len(ordered) + 1 - MOST_LAYERS
    if surplus <= 0:
        return ordered
    united = frozenset[str]().union(*ordered[: surplus + 1])
    return [*ordered[surplus + 1 :], united]


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


WAYS = {
    "one layer": one_layer,
    "nixgen": nixgen_layers,
    "dockerTools' popularity order": popularity_layers,
}

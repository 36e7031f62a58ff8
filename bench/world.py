"""A made-up organisation: packages that build on each other, images of them, and releases.

Sizes and numbers resemble those of a Debian system with programs of one's own on it. As in the
Nix store, a path changes with everything that it was built from.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from attrs import Factory, define

MEGABYTE = 1_000_000
SCRIPTS = 30_000
"""The bytes of an image's own files."""

_CHANCES = {"base": 0.002, "library": 0.004, "runtime": 0.01, "program": 0.05}
_CHANCE_OF_A_CHANGED_SCRIPT = 0.5

StorePath = tuple[str, tuple[int, ...]]
"""A package's name, and the versions of all that it was built from."""


@define
class World:
    """The packages with their sizes and what they build on, and the packages of each image."""

    random: Random
    sizes: dict[str, int] = Factory(dict)
    needs: dict[str, tuple[str, ...]] = Factory(dict)
    kinds: dict[str, str] = Factory(dict)
    versions: dict[str, int] = Factory(dict)
    images: dict[str, tuple[str, ...]] = Factory(dict)
    scripts: dict[str, int] = Factory(dict)

    @property
    def base(self) -> list[str]:
        """The packages of the parent image, the C library first."""
        return [name for name, kind in self.kinds.items() if kind == "base"]

    def add(self, kind: str, name: str, megabytes: float, needs: Iterable[str]) -> None:
        """Add a package."""
        self.sizes[name] = int(megabytes * MEGABYTE)
        self.needs[name] = tuple(needs)
        self.kinds[name] = kind
        self.versions[name] = 0

    def closure(self, names: Iterable[str]) -> set[str]:
        """Return the packages and all that they need."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.needs[name]
        return found

    def store_path(self, name: str) -> StorePath:
        """Return what stands for the package's store path."""
        return name, tuple(self.versions[each] for each in sorted(self.closure([name])))

    def size(self, names: Iterable[str]) -> int:
        """Return the bytes of the packages, without what they need."""
        return sum(self.sizes[name] for name in names)

    def release(self) -> None:
        """Change what changes between two releases: scripts often, the base rarely."""
        for image in self.scripts:
            self.scripts[image] += self.random.random() < _CHANCE_OF_A_CHANGED_SCRIPT
        for name, kind in self.kinds.items():
            self.versions[name] += self.random.random() < _CHANCES[kind]


def make_world(seed: int, images: int, scale: int = 1) -> World:
    """Return a world of that many images; the same seed gives the same.

    The images need 30 to 50 packages each, and with a larger scale about that many times as many,
    most of them small.
    """
    random = Random(seed)  # noqa: S311 (a simulation)
    world = World(random)
    libraries = [f"library{number}" for number in range(40 * scale)]
    runtimes = [f"runtime{number}" for number in range(4)]
    programs = [f"program{number}" for number in range(2 * images)]
    world.add("base", "libc", 13, ())
    for number in range(12):
        world.add("base", f"base{number}", random.uniform(0.05, 6), ["libc"])
    for number, name in enumerate(libraries):
        needed = random.sample(libraries[:number], min(number, random.randrange(3)))
        megabytes = 10 ** random.uniform(-1.3 - 0.3 * (scale - 1), 0.9)
        world.add("library", name, megabytes, ["libc", *needed])
    for name, megabytes in zip(runtimes, (20, 32, 55, 90), strict=True):
        world.add("runtime", name, megabytes, ["libc", *random.sample(libraries, 8 * scale)])
    for name in programs:
        needed = random.sample(libraries, random.randrange(1, 5 * scale))
        world.add(
            "program", name, 10 ** random.uniform(-1, 1.3), [random.choice(runtimes), *needed]
        )
    for number in range(images):
        image = f"image{number}"
        world.images[image] = tuple(random.sample(programs, random.randrange(1, 4)))
        world.scripts[image] = 0
    return world

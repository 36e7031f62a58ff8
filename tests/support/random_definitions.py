"""Random definitions, rich in what is easily taken for something else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any

from hypothesis import strategies as st

from nixgen import (
    Fluentd,
    Image,
    LayeredImage,
    NixpkgsPackageSet,
    Project,
    PulledImage,
    Service,
    lib,
    pkgs,
)
from nixgen import nix as in_nix
from nixgen.definitions import AnyImage
from nixgen.errors import DefinitionError

# Values that are easily taken for each other.
TEXTS = ["", "a", "1", "None", "'", "', '", "a\n", "${a}", f"{pkgs.a}", f"a {pkgs.f(1)}"]
EXPRESSIONS = [pkgs.a, pkgs.a.b, pkgs.f("1"), pkgs.f(1), pkgs.f(1.0), pkgs.f(True), in_nix("a b")]
VALUES: list[Any] = [
    None,
    False,
    True,
    0,
    1,
    1.0,
    0.0,
    -0.0,
    [],
    {},
    ["a"],
    [["a"]],
    {"a": "a"},
    {"a": {}},
]


def random_value(random: Random) -> object:
    return random.choice([*VALUES, *TEXTS, *EXPRESSIONS, [random.choice(VALUES), "a"]])


def random_fluentd(random: Random) -> Fluentd:
    source = {"type": random.choice(["stdout", "tail"]), "a": random_value(random)}
    return Fluentd(source=random.choice([None, [], source]))  # type: ignore[arg-type]


def some(random: Random, **fields: object) -> dict[str, Any]:
    """Return some of the fields."""
    return {name: value for name, value in fields.items() if random.random() < 0.3}


def random_image(random: Random, name: str) -> AnyImage:
    """Return an image of some kind; a DefinitionError says that its values do not fit."""
    of_service = some(
        random,
        pre_start_script=random.choice(TEXTS),
        user=random.choice(["nobody", "root"]),
        environment=random.choice([{}, {"A": "b"}, {"A": f"{pkgs.a}/b", "c": "$d"}]),
        environment_file=random.choice([None, "/a", f"{pkgs.a}/b", pkgs.a]),
        one_shot=random.choice([True, False]),
        max_failures=random.choice([1, 5]),
        fluentd=random_fluentd(random),
    )
    of_image = some(
        random,
        tag=random.choice([None, "a", "1"]),
        from_image=random.choice([None, lib.a, *EXPRESSIONS]),
        contents=random.choices(EXPRESSIONS, k=random.randrange(3)),
        config=random.choice([{}, {"Tty": True}, {"Volumes": {"/a": {"a": random_value(random)}}}]),
        extra_commands=random.choice(TEXTS),
    )
    command: Any = random.choice(
        ["a", "a b", ["a", "b"], ["a b"], ["a", pkgs.a], pkgs.a, f"{pkgs.a}"]
    )
    match random.randrange(4):
        case 0:
            digest, sha256 = f"sha256:{'0' * 64}", random.choice("ab")
            return PulledImage(image_name=name, image_digest=digest, sha256=sha256)
        case 1:
            return LayeredImage(name=name, **of_image)
        case 2:
            return Image(name=name, command=command, **of_image, **of_service)
        case _:
            services = [Service(name="a", command=command, **of_service)]
            return Image(name=name, services=services, **of_image)


def random_project(seeds: Sequence[int]) -> Project:
    """Return a project: an image of each seed but the last, which is for the rest."""
    *of_images, last = map(Random, seeds)
    images: dict[str, AnyImage] = {}
    for number, random in enumerate(of_images):
        name = f"image{number}"
        while name not in images:
            with suppress(DefinitionError):
                images[name] = random_image(random, name)
    sets = [NixpkgsPackageSet(), NixpkgsPackageSet(config={"a": last.choice(VALUES)})]
    outputs = {"outputs": [{"type": "stdout", "a": last.choice(["a", 1, 1.0])}]}
    return Project(
        images=images,
        **some(last, package_set=last.choice(sets), fluentd=last.choice([outputs, {}])),
    )


# Few enough to come again, so that a project has in common with the one before what it may.
SEEDS = st.tuples(*[st.integers(0, 99)] * 4)

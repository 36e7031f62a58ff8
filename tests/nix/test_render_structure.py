"""Random expression trees through the renderer and Nix's parser."""

from __future__ import annotations

import pathlib
import subprocess
from collections.abc import Callable, Sequence
from random import Random

import pytest
from nix_instantiate import first_failure, nix_instantiate
from parse_form import FOLDER, RAW, RAW_SUM, comparable, show
from random_values import KEYS, random_text

from nixgen.language import (
    AttributeSet,
    Binary,
    Call,
    Expression,
    If,
    List,
    Literal,
    Path,
    Raw,
    Select,
    String,
    Variable,
)
from nixgen.language.precedence import BINARY
from nixgen.language.render import render

BATCHES = 4
TREES_PER_BATCH = 1000

NAMES = ["a", "b", "c", "d", "e'", "f-g", "_h", "pkgs", "lib"]
SCOPE = f"{{ {', '.join(NAMES)} }}"
NUMBERS = [0, 1, -1, 42, 1.5, -1.5, 1e20, 1e-7, -1e20, 2**63 - 1]
PATHS = ["x", "./x/y.nix", ".", "..", "../x", "/", "/etc/passwd", "a b", "../a'b", "/x$y", "~/x"]

Make = Callable[[Random, int], Expression]

LEAVES: list[Make] = [
    lambda random, _: Variable(random.choice(NAMES)),
    lambda random, _: Literal(random.choice((None, True, False, *NUMBERS))),
    lambda random, _: String((random_text(random),)),
    lambda random, _: Path(random.choice(PATHS)),
    lambda random, _: Raw((random.choice(list(RAW)),)),
]


def tree(random: Random, depth: int) -> Expression:
    """Return a tree whose free variables are among NAMES."""
    return random.choice(INNER if depth > 0 else LEAVES)(random, depth - 1)


def trees(random: Random, depth: int, *sizes: int) -> list[Expression]:
    return [tree(random, depth) for _ in range(random.choice(sizes))]


def string(random: Random, depth: int) -> Expression:
    parts = [part for node in trees(random, depth, 1, 2, 3) for part in (random_text(random), node)]
    return String([*parts, random_text(random)])


def attribute_path(random: Random) -> list[str]:
    return random.choices((*NAMES, *KEYS, random_text(random)), k=random.choice((1, 1, 2, 3)))


def bindings(random: Random, depth: int, *names: str) -> dict[str, Expression]:
    return dict(zip(random.sample(names, k=4), trees(random, depth, 0, 1, 2, 4), strict=False))


INNER: list[Make] = [
    *LEAVES,
    string,
    lambda random, depth: Select(tree(random, depth), attribute_path(random)),
    lambda random, depth: Call(tree(random, depth), trees(random, depth, 1, 1, 2, 3)),
    lambda random, depth: List(trees(random, depth, 0, 1, 2, 5)),
    lambda random, depth: AttributeSet(bindings(random, depth, *NAMES, *KEYS)),
    lambda random, depth: AttributeSet({name: Variable(name) for name in random.sample(NAMES, 2)}),
    lambda random, depth: If(tree(random, depth), tree(random, depth), tree(random, depth)),
    lambda random, depth: Raw((RAW_SUM, tree(random, depth))),
    *[
        lambda random, depth, operator=operator: Binary(
            operator, tree(random, depth), tree(random, depth)
        )
        for operator in BINARY
    ],
]


@pytest.mark.nix
@pytest.mark.parametrize("seed", range(BATCHES))
def test_parse_has_the_structure_of_the_tree(seed: int, tmp_path: pathlib.Path) -> None:
    """Nix parses a rendered tree as the tree."""
    random = Random(seed)
    folder = tmp_path / FOLDER.removeprefix("/")
    folder.mkdir(parents=True)

    def keep_structure(batch: Sequence[Expression]) -> bool:
        items = List(batch)
        try:
            parsed = nix_instantiate(folder, f"{SCOPE}: {render(items)}", "--parse")
        except subprocess.CalledProcessError:
            return False
        expected = comparable(f"({SCOPE}: {show(items)})")
        return expected == comparable(parsed.replace(str(tmp_path), ""))

    made = [tree(random, depth=random.randrange(5)) for _ in range(TREES_PER_BATCH)]
    failures = first_failure(made, keep_structure)
    assert not failures, "\n".join(map(render, failures))

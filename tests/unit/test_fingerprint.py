"""What tells definitions apart without lowering them."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import frozen
from hypothesis import given
from random_definitions import EXPRESSIONS, SEEDS, TEXTS, VALUES, random_project

from nixgen import Fluentd, Image, LayeredImage, NixpkgsPackageSet, Service
from nixgen.definitions.validation import frozen_value
from nixgen.project.fingerprint import fingerprint


@given(SEEDS)
def test_equal_definitions_have_equal_fingerprints(seeds: tuple[int, ...]) -> None:
    """What is recorded in one run is found again in the next, for whatever can be said."""
    before, after = (random_project(seeds) for _ in range(2))
    for name, image in before.images.items():
        assert fingerprint(image) == fingerprint(after.images[name]) != fingerprint(name)


@pytest.mark.parametrize(
    "values",
    [
        [*VALUES, *TEXTS, *EXPRESSIONS],
        [("a", "b"), ("a, b",), (("a", "b"),), ("a', 'b",), {"a": "b"}, (("a", "b"), ()), None],
        [Fluentd(), Fluentd(source={}), Fluentd(source=[]), Fluentd(filters=[{"type": "a"}])],  # type: ignore[arg-type]
        [Service(name="a", command="b"), Service(name="a", command=["b"]), ("Service", "a", "b")],
        [LayeredImage(name="a"), Image(name="a", command="a")],
        [
            NixpkgsPackageSet(),
            NixpkgsPackageSet(config={"a": 1}),
            NixpkgsPackageSet(config={"a": True}),
        ],
    ],
)
def test_different_values_have_different_fingerprints(values: list[object]) -> None:
    """Values that files tell apart are told apart: by type, sign, structure and kind."""
    frozen_values = [frozen_value(value) for value in values]
    assert len(values) == len({fingerprint(value) for value in frozen_values} - {None})


@frozen(kw_only=True)
class Derived(LayeredImage):
    """A definition that says more than its class in nixgen."""


@pytest.mark.parametrize("value", [Derived(name="a"), object(), {"a": object()}, Path("a")])
def test_unknown_values_have_no_fingerprint(value: object) -> None:
    """What somebody else's class says of itself is not relied upon."""
    assert fingerprint(frozen_value(value)) is None

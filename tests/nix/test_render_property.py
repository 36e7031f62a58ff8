"""Python values through the renderer and through Nix, and back."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from nix_instantiate import first_failure, nix_instantiate
from random_values import random_value

from nixgen.language import to_expression
from nixgen.language.render import render

BATCHES = 8
VALUES_PER_BATCH = 3000
EXACT = (Path(__file__).parent / "exact.nix").read_text()


def as_printed(value: object) -> object:
    """Return the value as `--json` of Nix 2.8 prints it: floats with six digits."""
    match value:
        case float():
            return json.loads(f"{value:.6g}")
        case list():
            return [as_printed(item) for item in value]
        case dict():
            return {key: as_printed(item) for key, item in value.items()}
    return value


def taken_apart(value: object) -> object:
    """Return the value as exact.nix takes it apart."""
    match value:
        case float():
            mantissa, exponent = math.frexp(abs(value))
            sign = int(math.copysign(1, value))
            parts = [sign, int(mantissa * 2**53), exponent - 53] if value else [f"{value:f}"]
            return {"float": parts}
        case list():
            return {"list": [taken_apart(item) for item in value]}
        case dict():
            return {"set": {key: taken_apart(item) for key, item in value.items()}}
    return value


def canonical(value: object) -> str:
    """Return JSON; Python itself holds 1, 1.0 and True to be equal."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.nix
@pytest.mark.parametrize("seed", range(BATCHES))
def test_value_comes_back_from_nix(seed: int, tmp_path: Path) -> None:
    """What Nix evaluates rendered values to are the values, each digit of a float included."""
    random = Random(seed)
    values = [random_value(random) for _ in range(VALUES_PER_BATCH)]

    def come_back(batch: Sequence[object]) -> bool:
        rendered = render(to_expression([*batch]))
        try:
            printed = nix_instantiate(
                tmp_path,
                "\n".join(["let exact =", EXACT, "; values =", rendered, "; in"])
                + "{ inherit values; exact = map exact values; }",
                *("--eval", "--strict", "--json"),
            )
        except subprocess.CalledProcessError:
            return False
        expected = {"values": as_printed([*batch]), "exact": [*map(taken_apart, batch)]}
        actual = json.loads(printed)
        actual["values"] = as_printed(actual["values"])
        return canonical(expected) == canonical(actual)

    failures = first_failure(values, come_back)
    assert not failures, "\n".join(render(to_expression(value)) for value in failures)

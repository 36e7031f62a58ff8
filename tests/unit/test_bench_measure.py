"""Running what is measured: the configuration of Nix that it gets."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import pytest

from bench.measure import in_turn, nix_config, run

GIVEN = "max-jobs = 7\nsubstituters = https://cache.example\n"


@pytest.mark.parametrize(
    ("substitutes", "expected"), [(False, ""), (True, "https://cache.example")]
)
def test_a_binary_cache_is_asked_only_where_that_is_told(
    monkeypatch: pytest.MonkeyPatch, substitutes: bool, expected: str
) -> None:
    """Whatever NIX_CONFIG says about caches; its other settings stay."""
    monkeypatch.setenv("NIX_CONFIG", GIVEN)
    settings = _settings(nix_config(substitutes=substitutes))
    assert ("7", expected) == (settings["max-jobs"], settings["substituters"])


def test_what_is_measured_asks_no_binary_cache_without_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nix would ask its default one."""
    monkeypatch.delenv("NIX_CONFIG", raising=False)
    printed = run([sys.executable, "-c", "import os; print(os.environ['NIX_CONFIG'])"], tmp_path)
    assert _settings(printed.output)["substituters"] == ""


def _settings(configuration: str) -> dict[str, str]:
    """Return the value of each setting; as with Nix its last line counts."""
    pairs = (line.partition("=") for line in configuration.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


@pytest.mark.parametrize(("first", "expected"), [(0, "abc"), (1, "bca"), (2, "cab"), (3, "abc")])
def test_each_round_begins_with_another_side(first: int, expected: str) -> None:
    """And tells what each did in the order that they were given in."""
    called: list[str] = []

    def side(name: str) -> float:
        called.append(name)
        return float(ord(name))

    seconds = in_turn(first, {name: functools.partial(side, name) for name in "abc"})
    assert expected == "".join(called)
    assert [("a", 97), ("b", 98), ("c", 99)] == list(seconds.items())

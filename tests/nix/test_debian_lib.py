"""The `lib` of the debian package set means what nixpkgs' means."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
OURS = REPOSITORY / "nix/package-sets/debian/lib.nix"
NIXPKGS = os.environ.get("NIXGEN_TEST_NIXPKGS")
LIBRARIES = {"debian": str(OURS)} | ({"nixpkgs": f"{NIXPKGS}/lib"} if NIXPKGS else {})


def evaluate(expression: str) -> Any:
    done = subprocess.run(
        ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode", "-E", expression],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES.keys())
def test_each_function_gives_what_is_written_down(library: str) -> None:
    """The same cases hold for nixpkgs' lib, where there is one to ask."""
    cases = evaluate(f"import {HERE}/debian-lib.nix (import {library})")
    assert isinstance(cases, dict)
    wrong = {
        name: pairs
        for name, pairs in cases.items()
        if any(expected != actual for expected, actual in pairs)
    }
    assert {} == wrong


def test_each_function_has_a_case() -> None:
    """A function that is only Nix's own needs none; which are Nix's own depends on its version."""
    functions, own, cases = (
        set(map(str, evaluate(f"builtins.attrNames ({expression})")))
        for expression in (
            f"import {OURS}",
            f"removeAttrs (import {OURS}) (builtins.attrNames builtins)",
            f"import {HERE}/debian-lib.nix (import {OURS})",
        )
    )
    assert own <= cases <= functions


def test_document_lists_each_function() -> None:
    """docs/package-sets.md says what packages.nix may use."""
    document = (REPOSITORY / "docs/package-sets.md").read_text()
    listed = document.partition("Of `pkgs.lib`")[2].partition("\n\n")[0]
    functions = set(evaluate(f"builtins.attrNames (import {OURS})"))
    assert functions == set(re.findall(r"`([a-zA-Z0-9']+)`", listed))

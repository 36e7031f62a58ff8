"""What the image library takes from a package set, and that both sets have it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from package_set import LOCK, REPOSITORY, nixpkgs_checkout, nixpkgs_expression

NIX = REPOSITORY / "nix"
DEBIAN = f"import {NIX}/package-sets/debian {{ lock = {LOCK}; }}"
_COMMENT = re.compile(r"/\*.*?\*/|^\s*#.*?$", re.DOTALL | re.MULTILINE)
_NAME = r"[A-Za-z_][A-Za-z0-9_'-]*"
_SELECTION = re.compile(rf"(?<![\w.-])(pkgs|lib)((?:\.{_NAME})+)(?![\w'-]|\s+or\b)")
_INHERITED = re.compile(rf"inherit \((pkgs|lib|pkgs\.lib)\)((?:\s+{_NAME})*)\s*;")


def sources() -> Iterator[str]:
    for file in [NIX / "default.nix", *_rooms()]:
        yield _COMMENT.sub("", file.read_text())


def _rooms() -> Iterator[Path]:
    for room in ("fluentd", "push", "rules", "services"):
        yield from (NIX / room).rglob("*.nix")


def interface() -> list[str]:
    """Return the attribute paths below pkgs that the library's sources name, sorted."""
    found = set()
    for text in sources():
        for owner, path in _SELECTION.findall(text):
            found.add(f"{'lib' if owner == 'lib' else ''}{path}".lstrip("."))
        for owner, names in _INHERITED.findall(text):
            prefix = "" if owner == "pkgs" else "lib."
            found.update(f"{prefix}{name}" for name in names.split())
    return sorted(found)


def missing(package_set: str, paths: list[str]) -> list[str]:
    """Return those of the attribute paths that a package set does not have."""
    pairs = " ".join(f"{{ path = {json.dumps(path)}; there = set ? {path}; }}" for path in paths)
    expression = f"let set = {package_set}; in [ {pairs} ]"
    done = subprocess.run(
        ["nix-instantiate", "--eval", "--strict", "--json", "--expr", expression],
        env={**os.environ, "NIX_CONFIG": "build-users-group =\nsubstituters ="},
        check=True,
        capture_output=True,
        text=True,
    )
    return [each["path"] for each in json.loads(done.stdout) if not each["there"]]


@pytest.mark.nix
def test_interface_is_listed(golden: Callable[[str, str], None]) -> None:
    """What the library takes from a package set is known, so that another set can be made."""
    golden("package-set-interface.txt", "\n".join(interface()) + "\n")


@pytest.mark.nix
def test_debian_set_has_the_interface() -> None:
    """Debian's packages give the library all that it takes."""
    assert [] == missing(DEBIAN, interface())


@pytest.mark.nix
@pytest.mark.skipif(not nixpkgs_checkout(), reason="NIXGEN_TEST_NIXPKGS names no checkout")
def test_nixpkgs_has_the_interface() -> None:
    """So does nixpkgs."""
    checkout = nixpkgs_checkout()
    assert checkout
    assert [] == missing(nixpkgs_expression(checkout), interface())

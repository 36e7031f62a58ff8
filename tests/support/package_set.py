"""The package set that the tests' images are built from: Debian's packages, unless a checkout of
nixpkgs is named.

NIXGEN_TEST_NIXPKGS names the checkout. Its builders run Debian's programs, since its own packages
cannot be fetched everywhere; with NIXGEN_TEST_NIXPKGS_PROGRAMS=own they run its own.
"""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
CHECKOUT = "NIXGEN_TEST_NIXPKGS"
PROGRAMS = "NIXGEN_TEST_NIXPKGS_PROGRAMS"
LOCK = REPOSITORY / "debian.lock.json"


def nixpkgs_checkout() -> Path | None:
    """Return the checkout of nixpkgs that the tests shall run on, if there is one."""
    return Path(os.environ[CHECKOUT]).resolve() if os.environ.get(CHECKOUT) else None


def nixpkgs_expression(checkout: Path) -> str:
    """Return the Nix expression of the package set that the checkout is."""
    if os.environ.get(PROGRAMS) == "own":
        return f"import {REPOSITORY}/nix/package-sets/nixpkgs {{ nixpkgs = {checkout}; }}"
    adapted = REPOSITORY / "bench" / "nixpkgs-on-debian.nix"
    return f"import {adapted} {{ nixpkgs = {checkout}; lock = {LOCK}; }}"


def package_set_words() -> list[str]:
    """Return the words that choose the package set for whatever takes an argument `pkgs`."""
    checkout = nixpkgs_checkout()
    return ["--arg", "pkgs", nixpkgs_expression(checkout)] if checkout else []

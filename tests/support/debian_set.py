"""Evaluate and build with the debian package set, locked for this repository."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from nixgen.package_sets import debian

REPOSITORY = Path(__file__).parents[2]
PACKAGE_SET = REPOSITORY / "nix/package-sets/debian"
NIX_CONFIG = "build-users-group =\nsubstituters =\n"


def lock() -> Path:
    """Return the repository's lock."""
    return REPOSITORY / debian.LOCK_NAME


def evaluate(expression: str) -> Any:
    """Return the value of an expression in which `pkgs` is the package set."""
    return json.loads(output(nix("nix-instantiate", expression, "--eval", "--strict", "--json")))


def build(expression: str, *options: str) -> Path:
    """Build an expression in which `pkgs` is the package set, in the sandbox."""
    return Path(output(nix("nix-build", expression, "--no-out-link", *options)))


def build_all(expression: str) -> dict[str, Path]:
    """Build the derivations of a set of derivations, in one evaluation."""
    joined = build(f'pkgs.linkFarm "all" ({expression})')
    return {link.name: link.resolve() for link in joined.iterdir()}


def refusal(expression: str) -> str:
    """Return the message with which building an expression fails."""
    done = nix("nix-build", expression, "--no-out-link")
    assert done.returncode != 0, done.stdout
    return done.stderr


def nix(
    command: str, expression: str, *options: str, sandbox: bool = True
) -> subprocess.CompletedProcess[str]:
    text = f"let pkgs = import {PACKAGE_SET} {{ lock = {lock()}; }}; in {expression}"
    words = [command, "--expr", text, "--option", "sandbox", str(sandbox).lower(), *options]
    environment = {**os.environ, "NIX_CONFIG": NIX_CONFIG}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def output(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command printed; it must have succeeded."""
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()

"""Evaluate with the Nix library, on packages that are names alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from nix_instantiate import nix_instantiate

REPOSITORY = Path(__file__).parents[2]
LIBRARY = f"import {REPOSITORY}/nix {{ inherit pkgs; }}"
PACKAGES = f"import {REPOSITORY}/tests/nix/perp-packages.nix"


def evaluate(folder: Path, expression: str) -> Any:
    text = f"let pkgs = {PACKAGES}; lib = {LIBRARY}; in {expression}"
    return json.loads(nix_instantiate(folder, text, "--eval", "--strict", "--json"))


def refusal(folder: Path, expression: str) -> str:
    with pytest.raises(subprocess.CalledProcessError) as failure:
        evaluate(folder, expression)
    # Newer Nix tells first how it came to the error.
    lines = [line.strip() for line in str(failure.value.stderr).splitlines()]
    return [line for line in lines if line.startswith("error: ")][-1].removeprefix("error: ")

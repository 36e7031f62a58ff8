"""Call the functions of nix/fluentd/default.nix with data from Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from nix_instantiate import nix_instantiate

WRITER = Path(__file__).parents[2] / "nix" / "fluentd"


def evaluate(folder: Path, expression: str, data: object = None) -> Any:
    """Evaluate an expression of the writer's functions and of `data`."""
    file = folder / "data.json"
    file.write_text(json.dumps(data))
    text = f"let data = builtins.fromJSON (builtins.readFile {file}); in with import {WRITER}; "
    return json.loads(nix_instantiate(folder, text + expression, "--eval", "--strict", "--json"))


def refusal_of(folder: Path, expression: str, data: object = None) -> str:
    """Return the message with which the writer refuses."""
    with pytest.raises(subprocess.CalledProcessError) as failure:
        evaluate(folder, expression, data)
    return str(failure.value.stderr)

"""Definitions that are refused, loaded as a user's are."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixgen.errors import DefinitionError
from nixgen.project.load import load_project

IMAGE = """\
from nixgen import *

project = Project(
    images={{
        "worker": {image},
    }},
)
"""


def refusal(folder: Path, source: str, *, like: str = "\n") -> str:
    """Return what is said of the definitions; without the remedy, unless one is in `like`."""
    (folder / "images.py").write_text(source)
    with pytest.raises(DefinitionError) as caught:
        load_project(folder)
    said = str(caught.value)
    return said if "\n" in like else said.partition("\n")[0]

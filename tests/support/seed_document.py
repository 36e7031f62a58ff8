"""The document that nixgen follows, "Docker images definitions": its examples and shell lines."""

from __future__ import annotations

import os
import re
from pathlib import Path
from textwrap import dedent

import pytest

# It lies beside the checkout, or where the variable says.
_DOCUMENT = Path(__file__).parents[3] / "shared/seed/docker-images.md"
_VARIABLE = "NIXGEN_TEST_SEED"
_BLOCK = re.compile(r"(?:^    .*\n(?:\n+(?=    ))?)+", re.MULTILINE)


def blocks() -> list[str]:
    """Return all that is set off as code, without its indentation.

    Skips the test, or the module that is read, where the document is not to be had.
    """
    document = Path(os.environ.get(_VARIABLE) or _DOCUMENT)
    if not document.exists():
        pytest.skip(
            f"{_VARIABLE} names no document, and none lies at {_DOCUMENT}", allow_module_level=True
        )
    return [dedent(block) for block in _BLOCK.findall(document.read_text())]


def is_shell(block: str) -> bool:
    """Tell whether the block shows a shell."""
    return block.startswith("$ ")


def is_configuration(block: str) -> bool:
    """Tell whether the block is a part of fluentd.conf."""
    return block.startswith("<")


def shell_lines() -> list[str]:
    """Return the lines that are typed, without their prompts."""
    lines = [line for block in blocks() if is_shell(block) for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]

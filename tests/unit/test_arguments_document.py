"""docs/arguments.md is made from the table of rules, which documents every argument."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nixgen.definitions.arguments import rules_of
from nixgen.rules import table

REPOSITORY = Path(__file__).parents[2]
SECTIONS = [
    *("debianPackageSet", "fluentd", "fluentdPlugin", "hydra", "image", "jobset", "jobsetInput"),
    *("layeredImage", "nixpkgsPackageSet", "project", "pulledImage", "service"),
]


def test_reference_is_current() -> None:
    """docs/arguments.md is what scripts/arguments.py makes of the table."""
    script = [sys.executable, f"{REPOSITORY}/scripts/arguments.py"]
    made = subprocess.run(script, capture_output=True, check=True, text=True).stdout
    assert made == (REPOSITORY / "docs/arguments.md").read_text()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_argument_is_documented(section: str) -> None:
    """Each argument has a line of documentation."""
    assert [] == [name for name, rule in rules_of(section).items() if not rule.get("doc")]


@pytest.mark.parametrize("rule", ["healthCheck", "imageConfig"])
def test_every_key_is_documented(rule: str) -> None:
    """Each key of a configuration and of a health check has a line of documentation."""
    keys = table()["rules"][rule]["keys"]
    assert [] == [name for name, key in keys.items() if not key.get("doc")]

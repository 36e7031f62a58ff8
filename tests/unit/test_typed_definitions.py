"""What editors and type checkers see of the definitions."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from project import REPOSITORY

from nixgen.definitions import kinds
from nixgen.rules import table

sys.path.insert(0, str(REPOSITORY / "scripts"))
from docstrings import DEFINITIONS, documented  # type: ignore[import-not-found]

TYPED = REPOSITORY / "tests/typed"


def mypy(file: Path, folder: Path) -> str:
    """Return what mypy says of a file of definitions, as it would beside a project."""
    words = ["--strict", "--no-incremental", "--config-file=", "--hide-error-context", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_mypy_finds_planted_mistakes(tmp_path: Path) -> None:
    """A type checker finds every mistake of the file, on its line, and no other."""
    file = TYPED / "mistakes.py"
    planted = {
        number for number, line in enumerate(file.read_text().splitlines(), 1) if "  # " in line
    }
    found = {int(number) for number in re.findall(r":(\d+): error:", mypy(file, tmp_path))}
    assert len(planted) >= 12
    assert planted == found


def test_mypy_has_nothing_against_right_definitions(tmp_path: Path) -> None:
    """What the documentation shows passes the strictest check."""
    assert "Success" in mypy(TYPED / "right.py", tmp_path)


@pytest.mark.parametrize("file", sorted(DEFINITIONS.glob("*.py")), ids=lambda file: file.stem)
def test_fields_have_the_docstrings_of_the_table(file: Path) -> None:
    """`python scripts/docstrings.py` would change nothing."""
    assert documented(file.read_text()) == file.read_text()


def rule(section: str, name: str) -> Any:
    return table()[section][name]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (rule("service", "onFailure")["enum"], kinds.OnFailure),
        (rule("service", "onUnready")["enum"], kinds.OnUnready),
        (rule("service", "stopSignal")["enum"], kinds.StopSignal),
        (rule("debianPackageSet", "architectures")["list"]["enum"], kinds.Architecture),
        (rule("debianPackageSet", "mirrors")["map"]["names"]["enum"], kinds.Archive),
        (rule("jobset", "state")["enum"], kinds.State),
        (rule("jobsetInput", "type")["enum"], kinds.InputType),
    ],
)
def test_words_are_those_of_the_table(words: list[str], kind: object) -> None:
    """A type of few words allows what the rules allow."""
    assert words == list(get_args(kind))

"""Mistakes that people make, and what nixgen says to each: seeded_mistakes.toml."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from project import REPOSITORY

MISTAKES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("seeded_mistakes.toml").read_text()
)["mistake"]
LOCK = ("debian.lock.json", "debian.seed.amd64.tar.xz")

OF_AN_IMAGE = """\
from nixgen import *

itself = {}
itself["x"] = itself
deep = {}
for _ in range(5000):
    deep = {"x": deep}
project = Project(
    images={
        "worker": IMAGE,
    },
)
"""
OF_A_PROJECT = "from nixgen import *\n\nproject = Project(ARGUMENTS)\n"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Make all mistakes; return the status and the words of each."""
    top = tmp_path_factory.mktemp("mistakes")
    runs = []
    for number, mistake in enumerate(MISTAKES):
        folder = top / str(number)
        write_project(folder, mistake)
        words = shlex.split(mistake.get("command", "emit"))
        runs.append({"folder": str(folder), "words": words})
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "tests/support/many_commands.py")],
        input=json.dumps(runs),
        capture_output=True,
        text=True,
        check=True,
    )
    said: list[dict[str, Any]] = json.loads(done.stdout)
    return said


def write_project(folder: Path, mistake: dict[str, Any]) -> None:
    folder.mkdir()
    files = dict(mistake.get("files", {}))
    if "image" in mistake:
        files["images.py"] = OF_AN_IMAGE.replace("IMAGE", mistake["image"])
    if "project" in mistake:
        files["images.py"] = OF_A_PROJECT.replace("ARGUMENTS", mistake["project"])
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for name in LOCK if mistake.get("lock") else ():
        shutil.copy(REPOSITORY / name, folder)


@pytest.mark.nix
@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=[each["title"] for each in MISTAKES])
def test_mistake_is_told(number: int, answers: list[dict[str, Any]]) -> None:
    """The message says where it is, what is wrong and what to do; nothing passes in silence."""
    mistake, answer = MISTAKES[number], answers[number]
    lines = [*mistake["says"], *mistake["remedy"]]
    missing = [line for line in lines if line not in answer["said"]]
    assert [] == missing, answer["said"]
    assert mistake["status"] == answer["status"] != 0
    assert "Traceback" not in answer["said"]


def test_remedies_are_told() -> None:
    """At least 120 mistakes are tried, and 95 of 100 come with what to do."""
    with_remedy = [each for each in MISTAKES if each["remedy"]]
    assert len(MISTAKES) >= 120
    assert len(with_remedy) >= len(MISTAKES) * 0.95

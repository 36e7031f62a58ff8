"""What the rooms of the code promise: docs/map.md leads to them, and text needs no packages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PLACES = re.findall(r"\| `([^`]+)` \| `([^`]+)` \|", (REPOSITORY / "docs/map.md").read_text())

BUILDERS = ("add", "build", "make", "push", "write")
"""The verbs that begin the names of files which make derivations."""


@pytest.mark.parametrize(("file", "name"), sorted(set(PLACES)))
def test_map_leads_to_the_code(file: str, name: str) -> None:
    """Every file of docs/map.md has the name that the map says."""
    text = (REPOSITORY / file).read_text()
    assert re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text), f"{file} has no {name}"


def test_map_has_every_sentence() -> None:
    """The sentences of each section are numbered without a gap."""
    sentences: list[list[int]] = []
    for row in (REPOSITORY / "docs/map.md").read_text().splitlines():
        if found := re.match(r"\| ([^|]*)\| (\d+)", row):
            if found[1].strip():
                sentences.append([])
            sentences[-1].append(int(found[2]))
    assert len(PLACES) == sum(map(len, sentences))
    assert [sorted(set(numbers)) for numbers in sentences] == [
        [*range(1, max(numbers) + 1)] for numbers in sentences
    ]


def test_tests_and_measurements_stand_alone() -> None:
    """No test module imports another, and no measurement needs a file of the tests."""
    tests = (REPOSITORY / "tests").rglob("*.py")
    borrowed = re.compile(r"^\s*(from|import) test_", re.MULTILINE)
    assert [] == [file for file in tests if borrowed.search(file.read_text())]
    assert [] == [
        file
        for file in (REPOSITORY / "bench").iterdir()
        if file.is_file() and re.search(r"\btests/|\btests\b.*import", file.read_text())
    ]


TEXTS = [
    file.relative_to(REPOSITORY).as_posix()
    for room in ("fluentd", "push", "rules", "services")
    for file in sorted((REPOSITORY / "nix" / room).rglob("*.nix"))
    if not file.name.startswith(BUILDERS)
]


@pytest.mark.nix
@pytest.mark.parametrize("file", TEXTS)
def test_text_from_data_takes_no_packages(file: str) -> None:
    """What gives values and text, not derivations, knows no package set."""
    words = ["nix-instantiate", "--store", "dummy://", "--parse", file]
    parsed = subprocess.run(words, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    assert not re.search(r"\b(pkgs|derivation)\b", parsed.stdout)


LOADED = """
import sys, {module}
print(*sorted({{name.split(".")[1] for name in sys.modules if name.startswith("nixgen.")}}))
"""
ABOVE = {"cli", "definitions", "language", "package_sets", "programs", "project"}


@pytest.mark.parametrize(
    ("module", "others"),
    [
        ("nixgen.registry", ABOVE),
        ("nixgen.language", {*ABOVE, "registry"} - {"language"}),
        ("nixgen.cli.main", {*ABOVE, "registry"} - {"cli"}),
        ("nixgen.cli.subcommands.tags", {"definitions", "language", "package_sets", "project"}),
    ],
)
def test_module_loads_no_other_rooms(module: str, others: set[str]) -> None:
    """What a command does not need yet costs no time."""
    words = [sys.executable, "-c", LOADED.format(module=module)]
    loaded = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert set() == others & set(loaded.split())

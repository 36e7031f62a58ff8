"""The layout of Nix files, as far as it can be told without a formatter, which Debian has not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
FOLDERS = ("bench", "nix", "nixgen", "tests")
AS_PRINTED = ("tests/golden", "tests/nix/seed")
WIDTH = 100  # beside strings and the blanks before a line, as RFC 166 counts
STRING = re.compile(r'"(?:\$\{[^{}]*\}|[^"\\]|\\.)*"' r"|''(?:[^']|'(?!')|''[$'\\])*''", re.DOTALL)
"""A string, with names and calls in it, but with no set in them."""


def nix_files() -> list[Path]:
    """Return the repository's Nix files, but for those whose layout is what they test."""
    below = [file for folder in FOLDERS for file in (REPOSITORY / folder).rglob("*.nix")]
    return sorted(
        file
        for file in [*REPOSITORY.glob("*.nix"), *below]
        if not any(file.is_relative_to(REPOSITORY / each) for each in AS_PRINTED)
    )


def without_strings(text: str) -> str:
    """Return the text with its strings empty, and with all its lines."""
    return STRING.sub(lambda found: '""' + "\n" * found[0].count("\n"), text)


def faults(text: str) -> Iterator[str]:
    """Yield what is wrong with the layout of a file."""
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield "expected one newline at the end"
    for number, line in enumerate(text.splitlines(), 1):
        if "\t" in line or line != line.rstrip():
            yield f"line {number}: expected no tab, and no blank at the end"
    for number, line in enumerate(without_strings(text).splitlines(), 1):
        if len(line.lstrip()) > WIDTH:
            yield f"line {number}: expected {WIDTH} characters at most"
        if (len(line) - len(line.lstrip(" "))) % 2:
            yield f"line {number}: expected steps of two blanks"


def test_layout_of_nix_files() -> None:
    """Lines have a width, steps of two blanks, and nothing at their ends that cannot be seen."""
    found = [
        f"{file.relative_to(REPOSITORY)}: {fault}"
        for file in nix_files()
        for fault in faults(file.read_text())
    ]
    assert [] == found


def test_faults_of_a_layout_are_found() -> None:
    """Each of them is told with its line; what a string holds may be as long as it is."""
    long = "x" * (WIDTH + 1)
    text = f"{{\n a = 1; \n\t{long}\n  b = \"{long}\";\n  c = ''\n    {long}\n  '';\n}}\n\n"
    assert [
        "expected one newline at the end",
        "line 2: expected no tab, and no blank at the end",
        "line 3: expected no tab, and no blank at the end",
        "line 2: expected steps of two blanks",
        f"line 3: expected {WIDTH} characters at most",
    ] == list(faults(text))

"""What nixgen tells of Nix's errors, whichever version of Nix it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from nixgen.errors import EvaluationError
from nixgen.programs import nix
from nixgen.programs.nix_roots import held_roots

pytestmark = pytest.mark.nix

EXPRESSION = """\
{
  thrown = throw "first line\\nerror: second";
  missing = { }.attribute;
  traced = builtins.trace "on the way" (builtins.head [ ]);
  inFunction = (x: builtins.elemAt x 9) [ ];
  inSteps = let even = n: if n == 0 then { }.a else odd (n - 1); odd = n: even (n - 1); in even 8;
}
"""


def said(folder: Path, attribute: str, options: Sequence[str] = ()) -> list[str]:
    """Return the lines of Nix in the message, without the margin."""
    (folder / "default.nix").write_text(EXPRESSION)
    with held_roots(folder) as roots, pytest.raises(EvaluationError) as failure:
        nix.instantiate(folder, [attribute], options, roots=roots)
    _, *lines = str(failure.value).splitlines()
    return [line.removeprefix("  | ") for line in lines]


def test_what_code_says_stands_alone(tmp_path: Path) -> None:
    """Of a throw there is its text, without the way to it."""
    assert ["error: first line", "       error: second"] == said(tmp_path, "thrown")


@pytest.mark.parametrize(
    ("attribute", "first", "line"),
    [
        ("missing", "error: attribute 'attribute' missing", 3),
        ("traced", "trace: on the way", 4),
        ("inFunction", "error: ", 5),
    ],
)
def test_an_error_has_its_place(attribute: str, first: str, line: int, tmp_path: Path) -> None:
    """The message comes first, then the place in the file; no other step is told."""
    words, *rest = said(tmp_path, attribute)
    text = "\n".join(rest)
    assert words.startswith(first)
    assert f"at {tmp_path}/default.nix:{line}:" in text
    assert text.count("…") <= 1


def test_the_whole_way_is_told_when_asked_for(tmp_path: Path) -> None:
    """`--show-trace` shows every step."""
    text = "\n".join(said(tmp_path, "inSteps", ["--show-trace"]))
    assert text.count("…") > 1

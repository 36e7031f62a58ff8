"""Definitions files that cannot be read or run."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixgen.errors import DefinitionError, ExitStatus
from nixgen.load import LoadError, load_project


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = (\n", "images.py:1: '(' was never closed\n  x = ("),
        ("\n\nimport nosuch\n", "images.py:3: ModuleNotFoundError: No module named 'nosuch'"),
        (
            "\nfrom nixgen import Image\nImage(nmae='x')\n",
            "images.py:3: TypeError: Image.__init__() got an unexpected keyword argument 'nmae'",
        ),
        ("def f():\n    1 / 0\nf()\n", "images.py:2: ZeroDivisionError: division by zero"),
        (
            "x = 1\n",
            "images.py: expected a Project in the variable `project`, there is none\n"
            "  write: project = Project(images={...})",
        ),
        (
            "project = {}\n",
            "images.py: expected a Project in the variable `project`, it is a dict\n"
            "  write: project = Project(images={...})",
        ),
    ],
)
def test_broken_definitions_file_is_explained(tmp_path: Path, source: str, message: str) -> None:
    """The message names the file and the line that is the user's own."""
    (tmp_path / "images.py").write_text(source)
    with pytest.raises(LoadError) as caught:
        load_project(tmp_path)
    assert message == str(caught.value)
    assert caught.value.exit_status == ExitStatus.DEFINITION


def test_missing_definitions_file_is_explained(tmp_path: Path) -> None:
    """The message says where it was looked for and how to go on."""
    with pytest.raises(LoadError, match=r"there is no definitions file\n.*--project.*nixgen init"):
        load_project(tmp_path)


def test_definitions_file_imports_its_neighbours(tmp_path: Path) -> None:
    """Definitions may be spread over several files of the project's folder."""
    (tmp_path / "neighbour_of_test.py").write_text("from nixgen import *\nimages = {}\n")
    (tmp_path / "images.py").write_text(
        "from nixgen import Project\nfrom neighbour_of_test import images\n"
        "project = Project(images=images)\n"
    )
    assert dict(load_project(tmp_path).images) == {}


def test_value_that_nix_cannot_hold_is_led_to_its_line(tmp_path: Path) -> None:
    """A wrong argument of a call of Nix is refused with its path and the line of the call."""
    source = "from nixgen import *\n\nx = pkgs.f(a=[1, {2}])\n"
    (tmp_path / "images.py").write_text(source)
    with pytest.raises(DefinitionError, match=r"^images.py:3: .*a\[1\]: expected"):
        load_project(tmp_path)

"""`nixgen packages types`: what editors and type checkers know of a project's packages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from project import nixgen, output, run

pytestmark = pytest.mark.nix

CHECKED = """\
from nixgen import LayeredImage, pkgs

LayeredImage(name="a", contents=[pkgs.busybox, pkgs.mine, pkgs["ca-certificates"]])
LayeredImage(name="a", contents=[pkgs.nosuch])
LayeredImage(nmae="a")
"""


def test_type_checker_knows_the_packages(project: Path) -> None:
    """Those of the lock and of packages.nix are known, others are errors on their lines."""
    (project / "packages.nix").write_text("{ pkgs }: { mine = pkgs.busybox; import = 1; }\n")
    done = nixgen("packages", "types", folder=project)
    assert "wrote typings/nixgen/__init__.pyi" in done.stderr
    (project / "checked.py").write_text(CHECKED)
    words = [sys.executable, "-m", "mypy", "--strict", "checked.py"]
    said = run(*words, folder=project, environment={"MYPYPATH": "typings"}).stdout
    assert 'checked.py:4: error: "Packages" has no attribute "nosuch"' in said
    assert 'checked.py:5: error: Unexpected keyword argument "nmae"' in said
    assert "Found 2 errors in 1 file" in said
    output(nixgen("emit", "--check", folder=project))

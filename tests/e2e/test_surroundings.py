"""Folders of any name, in which projects lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from project import copy_lock, nixgen

pytestmark = pytest.mark.nix


@pytest.mark.parametrize("name", ["a!b\nc", os.fsdecode(b"\xe9 ")], ids=ascii)
def test_a_project_in_a_folder_of_any_name_is_instantiated(tmp_path: Path, name: str) -> None:
    """Whatever Nix separates paths by, and in whatever encoding."""
    project = tmp_path / name
    made = nixgen("--project", str(project), "init", "--no-lock", folder=tmp_path)
    assert 0 == made.returncode, made.stderr
    copy_lock(project)
    done = nixgen("build", "--", "--dry-run", folder=project)
    assert 0 == done.returncode, done.stderr

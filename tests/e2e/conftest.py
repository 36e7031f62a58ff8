"""What the tests of whole commands, registries and containers share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import FaultyRegistry, faulty_registry
from project import copy_lock, nixgen, output
from pushed_project import PushedProject
from registry import RunningRegistry, running_registry
from two_images import make_layouts


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a new project with the repository's lock."""
    output(nixgen("init", "--no-lock", folder=tmp_path))
    copy_lock(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _commit_of_its_own(request: pytest.FixtureRequest) -> None:
    """Let the jobs of each test be others, though a module's tests share a project."""
    if "project" in request.fixturenames:
        project = request.getfixturevalue("project")
        if isinstance(project, PushedProject):
            project.commit_nothing()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[RunningRegistry]:
    with running_registry(tmp_path / "registry") as running:
        yield running


@pytest.fixture
def proxy(registry: RunningRegistry) -> Iterator[FaultyRegistry]:
    with faulty_registry(registry.port) as faulty:
        yield faulty


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make_layouts(tmp_path_factory.mktemp("layouts"))

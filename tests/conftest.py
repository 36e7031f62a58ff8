"""Fixtures that every kind of test shares."""

from __future__ import annotations

import difflib
import functools
import os
import re
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

# Others load the machine too. The examples are the same each time, unless somebody looks for new
# ones (NIXGEN_TEST_RANDOM=1).
hypothesis.settings.register_profile(
    "nixgen", deadline=None, derandomize=not os.environ.get("NIXGEN_TEST_RANDOM")
)
hypothesis.settings.load_profile("nixgen")

GOLDEN_FOLDER = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the golden files with what is made"
    )


_STARTS_CONTAINERS = re.compile(r"^from (containers|fluentd_images) import", re.MULTILINE)


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Keep together what two workers may not run at once.

    That is a module, whose fixtures are costly; the modules of tests/e2e that start containers,
    which have times to keep; and the rooms that look at this machine's Nix store.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _group_of(nodeid.partition("::")[0])


@functools.cache
def _group_of(module: str) -> str:
    """Return the name of the group that the module's tests belong to."""
    path = Path(module)
    if path.parent.name == "rooms":
        return "store" if path.stem in ("test_docker", "test_rootless") else module
    starts = path.parent.name == "e2e" and _STARTS_CONTAINERS.search(
        (GOLDEN_FOLDER.parents[1] / path).read_text()
    )
    return "containers" if starts else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    """Share the tests among the workers of `pytest -n 2`."""
    return GroupScheduling(config, log)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name, or rewrite the file when asked to."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN_FOLDER / name
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        expected = file.read_text() if file.exists() else ""
        if expected != text:
            diff = difflib.unified_diff(
                expected.splitlines(), text.splitlines(), str(name), "made now", lineterm=""
            )
            pytest.fail("\n".join([*diff, "pytest --update-golden accepts the change"]))

    return compare

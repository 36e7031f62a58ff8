"""Fixtures that every kind of test shares."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

# Others load the machine too.
hypothesis.settings.register_profile("nixgen", deadline=None)
hypothesis.settings.load_profile("nixgen")

GOLDEN_FOLDER = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the golden files with what is made"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what two workers may not run at once (`pytest -n 2 --dist loadgroup`).

    That is a module, whose fixtures are costly, and all of tests/e2e, whose containers have times
    to keep and whose commands are watched for secrets.
    """
    for item in items:
        folder, module = item.path.parent, item.path.name
        group = folder.name if folder.name == "e2e" else f"{folder.name}/{module}"
        item.add_marker(pytest.mark.xdist_group(group))


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

"""The documents say what is so: their examples load, their links and commands exist."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from click import Context

from nixgen.cli.main import command
from nixgen.errors import ExitStatus
from nixgen.project.load import load_project
from nixgen.project.plan import plan

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")]
LINK = re.compile(r"\]\(([^):#]+)\)")
INDENTED = re.compile(r"(?:^    .*\n|^\n)+", re.MULTILINE)


def examples(document: Path) -> list[str]:
    """Return the document's blocks of code that define a project."""
    text = document.read_text()
    fenced = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    indented = [textwrap.dedent(block) for block in INDENTED.findall(text)]
    return [block for block in [*fenced, *indented] if "project = Project(" in block]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_to_documents(document: Path) -> None:
    """Every relative link of a document names a file of the repository."""
    links = LINK.findall(document.read_text())
    assert [] == [link for link in links if not (document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_examples_of_projects_load(document: Path, tmp_path: Path) -> None:
    """Every example of a project is one, and Nix files can be made of it."""
    for example in examples(document):
        imports = "" if "import" in example else "from nixgen import *\n"
        shortened = example.replace("{...}", "{}")
        for source in re.findall(r'"\./([a-z]+)"', example):
            (tmp_path / source).mkdir(exist_ok=True)
        (tmp_path / "images.py").write_text(imports + shortened)
        assert plan(load_project(tmp_path), {}).generated


def test_readme_shows_a_project() -> None:
    """The README begins with an example."""
    assert examples(REPOSITORY / "README.md")


def test_readme_names_the_subcommands() -> None:
    """The README's table has the subcommands that there are."""
    named = re.findall(r"^\| `nixgen ([a-z-]+)", (REPOSITORY / "README.md").read_text(), re.M)
    assert set(command.list_commands(Context(command))) == set(named)


def test_exit_statuses_are_documented() -> None:
    """docs/command-line.md lists every exit status."""
    text = (REPOSITORY / "docs/command-line.md").read_text()
    listed = [int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert [status.value for status in ExitStatus] == listed

"""`nixgen graph`, and the completion of images."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nixgen.errors import ExitStatus

PROJECT = """\
from nixgen import Image, LayeredImage, Project, Service

project = Project(
    images={
        "web": Image(
            name="test/web",
            services=[
                Service(name="database", command="true", ready={"port": 5432}),
                Service(name="migrate", command="true", one_shot=True, after=["database"]),
                Service(name="cache", command="true", user="root"),
                Service(name="web", command="true", after=["migrate", "cache"]),
            ],
        ),
        "worker": Image(name="test/worker", command="true"),
        "files": LayeredImage(name="test/files"),
    },
)
"""
TEXT = """\
database (as nobody): at once
cache (as root): at once
migrate (one-shot, as nobody): after database is ready (port 5432)
web (as nobody): after migrate has succeeded and cache is up for 3 s
"""
MERMAID = """\
flowchart TD
  s0["database<br/>as nobody"]
  s1["cache<br/>as root"]
  s2["migrate<br/>one-shot, as nobody"]
  s3["web<br/>as nobody"]
  s0 -->|"is ready (port 5432)"| s2
  s2 -->|"has succeeded"| s3
  s1 -->|"is up for 3 s"| s3
"""
DOT = """\
digraph services {
  node [shape=box];
  "database" [label="database\\nas nobody"];
  "cache" [label="cache\\nas root"];
  "migrate" [label="migrate\\none-shot, as nobody"];
  "web" [label="web\\nas nobody"];
  "database" -> "migrate" [label="is ready (port 5432)"];
  "migrate" -> "web" [label="has succeeded"];
  "cache" -> "web" [label="is up for 3 s"];
}
"""


def nixgen(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nixgen", *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "images.py").write_text(PROJECT)
    return tmp_path


@pytest.mark.parametrize(("form", "expected"), [("text", TEXT), ("mermaid", MERMAID), ("dot", DOT)])
def test_order_is_shown(project: Path, form: str, expected: str) -> None:
    """Each service stands after those that it waits for, with what it waits for."""
    done = nixgen("graph", "web", "--format", form, folder=project)
    assert (expected, "") == (done.stdout, done.stderr)


def test_image_of_one_command(project: Path) -> None:
    """An image of one command has one service, of the image's last name."""
    assert "worker (as nobody): at once\n" == nixgen("graph", "worker", folder=project).stdout


def test_image_without_services_is_refused(project: Path) -> None:
    """What has no services has no order of them."""
    done = nixgen("graph", "files", folder=project)
    assert ExitStatus.USAGE == done.returncode
    assert "files: expected an image of services, got a LayeredImage" in done.stderr


@pytest.mark.parametrize("subcommand", ["build", "run", "logs", "graph", "push", "stop"])
def test_images_are_completed(project: Path, subcommand: str) -> None:
    """bash is offered the images that begin as the word does, and none of wrong definitions."""
    variables = {"COMP_WORDS": f"nixgen {subcommand} w", "COMP_CWORD": "2"}
    asked = {"_NIXGEN_COMPLETE": "bash_complete", **variables}
    done = nixgen(folder=project, **asked)
    assert ["plain,web", "plain,worker"] == done.stdout.splitlines(), done.stderr
    (project / "images.py").write_text("oops")
    wrong = nixgen(folder=project, **asked)
    assert ("", "") == (wrong.stdout.strip(), wrong.stderr)

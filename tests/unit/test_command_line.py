"""The command line as its user meets it: messages, statuses, what goes where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nixgen.errors import ExitStatus

PROJECT = """\
from nixgen import Image, LayeredImage, Project, PulledImage, Service

project = Project(
    images={
        "worker": Image(name="foo/worker", command="true"),
        "server": Image(name="foo/server", services=[Service(name="a", command="true")]),
        "files": LayeredImage(name="foo/files"),
        "base": PulledImage(
            image_name="registry.test/base", image_digest="sha256:" + "0" * 64, sha256="0" * 52
        ),
    },
)
"""


def nixgen(
    *words: str, folder: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nixgen", *words],
        cwd=folder,
        env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "images.py").write_text(PROJECT)
    return tmp_path


def test_list_shows_every_image(project: Path) -> None:
    """A table for people: attribute path, name, kind, services."""
    assert nixgen("list", folder=project).stdout == (
        "ATTRIBUTE                 NAME                KIND     SERVICES\n"
        "dockerImages.pulled.base  registry.test/base  pulled\n"
        "dockerImages.files        foo/files           layered\n"
        "dockerImages.server       foo/server          perp     a\n"
        "dockerImages.worker       foo/worker          perp     worker\n"
    )


def test_list_prints_json(project: Path) -> None:
    """The same for programs."""
    rows = json.loads(nixgen("list", "--json", folder=project).stdout)
    expected = {
        "attribute": "dockerImages.server",
        "name": "foo/server",
        "kind": "perp",
        "services": ["a"],
    }
    assert expected in rows


def test_emit_writes_the_project(project: Path) -> None:
    """The entry files, a file for each image and the Nix library are laid beside definitions."""
    done = nixgen("emit", folder=project)
    assert (done.stdout, done.returncode) == ("", ExitStatus.DONE)
    for path in ("default.nix", "jobsets.nix", "nix/images/worker.nix", "nix/default.nix"):
        assert (project / path).is_file()
    assert nixgen("emit", folder=project).stderr == ""


def test_emit_check_prints_what_differs(project: Path) -> None:
    """--check writes nothing, prints a diff and ends with status 1."""
    nixgen("emit", folder=project)
    changed = PROJECT.replace('"foo/worker", command="true"', '"foo/worker", command="false"')
    (project / "images.py").write_text(changed)
    before = (project / "nix/images/worker.nix").read_text()
    done = nixgen("emit", "--check", folder=project)
    assert done.returncode == ExitStatus.CHECK_FAILED
    assert '-  command = "true";\n+  command = "false";\n' in done.stdout
    assert before == (project / "nix/images/worker.nix").read_text()


def test_project_elsewhere_is_named(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """--project names the folder, wherever the command is run."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    done = nixgen("--project", str(project), "list", folder=elsewhere)
    assert "dockerImages.worker" in done.stdout


def test_help_names_every_subcommand(tmp_path: Path) -> None:
    """--help lists the subcommands, and each of them has a help of its own."""
    text = nixgen("--help", folder=tmp_path).stdout
    for subcommand in ("init", "emit", "list", "build", "run", "packages"):
        assert f"\n  {subcommand} " in text
        assert "Usage:" in nixgen(subcommand, "--help", folder=tmp_path).stdout


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["nosuch"], ExitStatus.USAGE, "No such command 'nosuch'."),
        (["biuld"], ExitStatus.USAGE, "No such command 'biuld'. Did you mean 'build'?"),
        (["emit", "--nosuch"], ExitStatus.USAGE, "No such option '--nosuch'"),
        (
            ["build", "workr"],
            ExitStatus.USAGE,
            "nixgen: workr: the project has no such image\n  did you mean worker",
        ),
        (["build", "zzz"], ExitStatus.USAGE, "`nixgen list` shows them"),
        (["init"], ExitStatus.USAGE, "images.py: init does not overwrite what is there already"),
    ],
)
def test_wrong_usage_is_explained(
    project: Path, words: list[str], status: ExitStatus, message: str
) -> None:
    """One message on standard error, status 2, nothing on standard output, no traceback."""
    done = nixgen(*words, folder=project)
    assert (status, "") == (done.returncode, done.stdout)
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_definition_error_ends_with_its_status(project: Path) -> None:
    """A wrong definition is status 3, with its line."""
    (project / "images.py").write_text(PROJECT.replace('command="true"', 'command=""', 1))
    done = nixgen("emit", folder=project)
    assert done.returncode == ExitStatus.DEFINITION
    assert done.stderr.startswith("nixgen: images.py:5: dockerImages.worker: command: expected")
    assert not (project / "default.nix").exists()


def test_missing_nix_is_explained(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without Nix on PATH the message says how to get it."""
    empty = tmp_path_factory.mktemp("empty")
    done = nixgen("build", "worker", folder=project, environment={"PATH": str(empty)})
    assert done.returncode == ExitStatus.USAGE
    assert "nix-instantiate: the program is not installed" in done.stderr
    assert "apt-get install nix-bin" in done.stderr


def test_missing_container_runtime_is_explained(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Without podman and docker nothing is built in vain."""
    empty = tmp_path_factory.mktemp("empty")
    done = nixgen("run", "worker", folder=project, environment={"PATH": str(empty)})
    assert done.returncode == ExitStatus.USAGE
    assert "podman or docker: no container runtime found" in done.stderr


def test_mistake_of_our_own_is_reported_as_one(project: Path) -> None:
    """Even an error that nobody foresaw ends in a message and not in a traceback."""
    (project / "sitecustomize.py").write_text(
        "import json\ndef broken(*a, **k): raise RuntimeError('oops')\njson.dumps = broken\n"
    )
    done = nixgen("list", "--json", folder=project, environment={"PYTHONPATH": str(project)})
    assert done.returncode == ExitStatus.CHECK_FAILED
    assert "a mistake in nixgen itself: RuntimeError: oops" in done.stderr


def test_init_keeps_what_git_ignores_already(tmp_path: Path) -> None:
    """A folder with a .gitignore gets a project, and the file the lines that it lacks."""
    (tmp_path / ".gitignore").write_text("*.log\n/result\n")
    done = nixgen("init", "--no-lock", folder=tmp_path)
    assert ExitStatus.DONE == done.returncode, done.stderr
    assert "*.log\n/result\n/.nixgen/\n/result-*\n" == (tmp_path / ".gitignore").read_text()


@pytest.mark.parametrize("name", ["default.nix", "packages.nix", "nix"])
def test_init_writes_nothing_where_something_is_in_the_way(tmp_path: Path, name: str) -> None:
    """It is all of a new project or none of it."""
    (tmp_path / name).write_text("{ }\n")
    done = nixgen("init", "--no-lock", folder=tmp_path)
    assert ExitStatus.USAGE == done.returncode
    assert f"{name}: init does not overwrite what is there already" in done.stderr
    assert [tmp_path / name] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["push", "--registry", "me:correct-horse@registry.invalid"],
        ["push", "--registry", "https://me:correct-horse@registry.invalid/x"],
        ["push", "--registry", "registry.invalid", "--insecure-registry", "me:correct-horse@x"],
        ["build", "https://me:correct-horse@host/x"],
        ["packages", "prefetch", "https://me:correct-horse@host/x"],
        ["packages", "prefetch", "x", "--authfile", "PASSWORD=correct-horse"],
        ["list", "https://me:correct-horse@host/x"],
    ],
)
def test_no_password_is_in_a_message(project: Path, words: list[str]) -> None:
    """Whoever refuses a word, its password is not repeated."""
    done = nixgen(*words, folder=project)
    assert ExitStatus.USAGE == done.returncode
    assert "correct-horse" not in done.stdout + done.stderr
    assert "***" in done.stderr

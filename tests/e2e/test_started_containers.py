"""`nixgen ps`, `logs`, `exec`, `shell` and `stop`: of what `nixgen run` started."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from containers import ENGINE, ContainerError, engine, remove, wait_until
from project import NIX_CONFIG, copy_lock, nixgen, output

from nixgen.errors import ExitStatus

pytestmark = pytest.mark.container

OF = ("--engine", ENGINE)
DEFINITIONS = """\
from nixgen import Image, Project

greeter = Image(name="test/greeter", command="echo hello; exec sleep 1000")
server = Image(name="test/server", command="busybox httpd -f -p 8080 -h /tmp")
project = Project(images={"greeter": greeter, "server": server})
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    copy_lock(folder)
    (folder / "images.py").write_text(DEFINITIONS)
    return folder


@pytest.fixture(scope="module")
def container(project: Path) -> Iterator[str]:
    """The id of a container that was started in the background."""
    started = output(
        nixgen("run", *OF, "--detach", "-p", "127.0.0.1::8080", "greeter", folder=project)
    )
    yield started.strip()
    try:
        remove(started.strip())
    except ContainerError:
        assert "" == engine("ps", "--all", "--quiet", "--filter", f"id={started.strip()}")


def test_list_holds_what_the_project_started(project: Path, container: str, tmp_path: Path) -> None:
    """The list names image, state and ports; that of another project is empty."""
    [row] = json.loads(output(nixgen("ps", *OF, "--json", folder=project)))
    assert ("greeter", container, "running") == (row["image"], row["id"], row["state"])
    [port] = row["ports"]
    assert port.startswith("127.0.0.1:")
    assert port.endswith("->8080/tcp")
    shown = output(nixgen("ps", *OF, folder=project)).splitlines()
    assert [row["name"]] == [line.split()[1] for line in shown[1:]]
    assert [] == json.loads(output(nixgen("ps", *OF, "--json", folder=tmp_path)))
    everywhere = json.loads(output(nixgen("ps", *OF, "--json", "--everywhere", folder=tmp_path)))
    assert container in [each["id"] for each in everywhere]


def test_log_is_shown(project: Path, container: str) -> None:
    """The log of an image's container is shown, and its last lines alone where so asked."""

    def said(*words: str) -> str:
        done = nixgen("logs", *OF, "greeter", *words, folder=project)
        assert 0 == done.returncode, done.stderr
        return done.stdout + done.stderr

    wait_until(lambda: "hello" in said(), 20, "the container has said nothing")
    assert "hello" not in said("--tail", "0")


@pytest.mark.parametrize("by", ["image", "id"])
def test_command_in_a_container(project: Path, container: str, by: str) -> None:
    """A command gets its own options, and its status is that of nixgen."""
    named = "greeter" if by == "image" else container
    words = ("exec", *OF, named, "sh", "-c", "echo here; exit 7")
    done = nixgen(*words, folder=project)
    assert (7, "here\n") == (done.returncode, done.stdout)


def test_shell_reads_commands(project: Path, container: str) -> None:
    """A shell without a terminal reads what it shall do from standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "nixgen", "shell", *OF, "greeter"],
        cwd=project,
        input="echo of the shell\nexit 3\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (3, "of the shell\n") == (done.returncode, done.stdout)


def test_command_in_the_place_of_the_images(project: Path) -> None:
    """`run` gives the container a command with its own options, and ends with its status."""
    words = ("--env", "WHAT=mine", "greeter", "sh", "-c", 'echo "$WHAT"; exit 9', "--", "--rm")
    done = nixgen("run", *OF, *words, folder=project)
    assert (9, "mine\n") == (done.returncode, done.stdout)


def test_ready_is_said(project: Path) -> None:
    """`run` says where and after how long a published port answers in HTTP."""
    with subprocess.Popen(
        [sys.executable, "-m", "nixgen", "run", *OF, "-p", "127.0.0.1::8080", "server"],
        cwd=project,
        env={**os.environ, "NIX_CONFIG": NIX_CONFIG},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr
            said = next(line for line in process.stderr if line.startswith("ready"))
            found = re.fullmatch(r"ready at (http://127\.0\.0\.1:\d+) \(\d+\.\d s\)\n", said)
            assert found, said
            with pytest.raises(HTTPError, match="404"):
                urlopen(found[1])  # noqa: S310
        finally:
            process.terminate()
            process.communicate()


def test_unknown_container(project: Path) -> None:
    """A word that names no container is refused, with where to look."""
    for words in (("logs",), ("exec",), ("shell",), ("stop",)):
        more = ("true",) if words == ("exec",) else ()
        done = nixgen(*words, *OF, "nosuch", *more, folder=project)
        assert ExitStatus.USAGE == done.returncode
        assert "nosuch: expected an image or a container" in done.stderr
        assert "`nixgen ps --all` shows them" in done.stderr


def test_stop_removes(project: Path, container: str) -> None:
    """What is stopped is gone, and a second stop says so."""
    assert output(nixgen("stop", *OF, "greeter", folder=project)).strip()
    assert [] == json.loads(output(nixgen("ps", *OF, "--json", "--all", folder=project)))
    assert ExitStatus.USAGE == nixgen("stop", *OF, "greeter", folder=project).returncode

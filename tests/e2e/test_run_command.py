"""`nixgen run`: which image it starts, which names it gives, how it ends, many of it at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from containers import ENGINE, Container, ContainerError, engine, remove, wait_until
from project import NIX_CONFIG, copy_lock, nixgen, output

from nixgen.errors import ExitStatus
from nixgen.programs.containers import find_engine

pytestmark = pytest.mark.container

RUN = ("run", "--engine", ENGINE)
RUNS = 10
DEFINITIONS = """\
from nixgen import Image, Project

ends = {"on_failure": "exit", "max_failures": 1}
project = Project(
    images={
        "waiting": Image(name="test/waiting", command="echo waiting; exec sleep 1000"),
        "talking": Image(name="test/talking", command="echo talking; exec sleep 1000"),
        "leaving": Image(name="test/leaving", command="echo leaving; exit 127", **ends),
        "eating": Image(name="test/eating", command="echo eating; tail /dev/zero", **ends),
        "parting": Image(
            name="test/parting",
            command="trap 'echo goodbye; exit 0' TERM; echo here; while :; do sleep 0.1; done",
        ),
    },
)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    copy_lock(folder)
    (folder / "images.py").write_text(DEFINITIONS)
    output(nixgen("emit", folder=folder))
    return folder


@pytest.fixture(scope="module")
def ids(project: Path) -> dict[str, str]:
    """Run each image once; return the ids of two that go on, as the engine calls images."""
    found = {}
    for image in ("waiting", "talking"):
        container = output(nixgen(*RUN, "--detach", image, folder=project))
        found[image] = image_of(container)
        remove(container)
    assert 2 == len(set(found.values()))
    return found


def image_of(container: str) -> str:
    """Return the id of the image that the container was made of."""
    return str(Container(container).inspect()["Image"])


def names(image: str) -> set[str]:
    """Return the names that the image has."""
    return set(json.loads(engine("image", "inspect", image))[0]["RepoTags"])


@pytest.fixture
def own_name(ids: dict[str, str]) -> Iterator[str]:
    """A name that the user gave to an image."""
    name = f"localhost/own-{uuid.uuid4().hex[:8]}:1"
    engine("tag", ids["waiting"], name)
    yield name
    engine("rmi", name)


@pytest.mark.parametrize("loaded", [True, False])
def test_many_at_once_start_their_own_image(
    project: Path, ids: dict[str, str], own_name: str, loaded: bool
) -> None:
    """Of ten runs of two images at once, one of them loaded or neither, each starts its own; the
    user's name of the image stays."""
    if not loaded:
        engine("rmi", "--force", ids["talking"])
    images = [("waiting", "talking")[number % 2] for number in range(RUNS)]

    def run(image: str) -> tuple[int, str, str]:
        done = nixgen(*RUN, "--detach", image, folder=project)
        return done.returncode, done.stdout.strip(), done.stderr

    with ThreadPoolExecutor(RUNS) as at_once:
        started = list(at_once.map(run, images))
    try:
        assert [] == [error for status, _, error in started if status]
        assert [ids[image] for image in images] == [image_of(name) for _, name, _ in started]
        assert own_name in names(ids["waiting"])
        assert "localhost/test/waiting:latest" in names(ids["waiting"])
    finally:
        for _, container, _ in started:
            if container:
                remove(container)


def test_names_of_the_user_stay(project: Path, ids: dict[str, str], own_name: str) -> None:
    """A run removes no name of an image; it gives one, and takes it from the image that had it."""
    engine("tag", ids["talking"], "localhost/test/waiting:latest")
    remove(output(nixgen(*RUN, "--detach", "waiting", folder=project)))
    assert {own_name, "localhost/test/waiting:latest"} <= names(ids["waiting"])
    assert "localhost/test/talking:latest" in names(ids["talking"])
    assert "localhost/test/waiting:latest" not in names(ids["talking"])


def test_loading_gives_no_name_of_a_temporary_place(project: Path, ids: dict[str, str]) -> None:
    """An image that is loaded has the name of its run, and at most its own name and tag."""
    engine("rmi", "--force", ids["waiting"])
    remove(output(nixgen(*RUN, "--detach", "waiting", folder=project)))
    [other] = [*(names(ids["waiting"]) - {"localhost/test/waiting:latest"}), "test/waiting:"][:1]
    assert other.startswith("test/waiting:")


# Stands in for the engine: before the first container is made, somebody removes the image.
STAND_IN = """\
#!/bin/sh
for word; do
    if [ "$word" = create ] && mkdir "$0.removed" 2>/dev/null; then
        %(program)s rmi --force %(image)s >/dev/null
    fi
done
exec %(program)s "$@"
"""


def test_image_that_vanishes_is_loaded_again(
    project: Path, ids: dict[str, str], tmp_path: Path
) -> None:
    """When an image is removed after it was found to be loaded, the run loads it again."""
    program = shutil.which(ENGINE)
    stand_in = tmp_path / "stand-in" / ENGINE
    stand_in.parent.mkdir()
    stand_in.write_text(STAND_IN % {"program": program, "image": ids["waiting"]})
    stand_in.chmod(0o755)
    path = {"PATH": f"{stand_in.parent}:{os.environ['PATH']}"}
    started = nixgen(*RUN, "--detach", "waiting", folder=project, environment=path)
    container = output(started)
    assert Path(f"{stand_in}.removed").exists()
    assert ids["waiting"] == image_of(container)
    remove(container)


def test_what_a_program_prints_is_run(project: Path, tmp_path: Path) -> None:
    """An image that a program prints, as those of nixpkgs, is found by its id like any other."""
    archive = output(nixgen("build", "--no-out-link", "waiting", folder=project))
    stand_in = tmp_path / "stand-in-stream"
    stand_in.write_text(f"#!/bin/sh\nexec cat {archive}\n")
    stand_in.chmod(0o755)
    printed = find_engine(ENGINE).run(str(stand_in), "test/printed", [])
    built = find_engine(ENGINE).run(archive, "test/built", [])
    try:
        assert image_of(built) == image_of(printed)
        assert {"localhost/test/printed:latest", "localhost/test/built:latest"} <= names(
            image_of(built)
        )
    finally:
        remove(printed)
        remove(built)


def test_status_of_a_service_is_not_the_engines(project: Path) -> None:
    """A container may end with 127 itself; what the engine cannot start ends with status 5."""
    own = nixgen(*RUN, "leaving", "--", "--rm", folder=project)
    assert (127, "leaving") == (own.returncode, own.stdout.strip() or own.stderr.split()[0])
    not_started = nixgen(*RUN, "leaving", "--", "--entrypoint", "/nosuch", folder=project)
    assert ExitStatus.BUILD == not_started.returncode
    assert "/nosuch" in not_started.stderr
    unknown = nixgen(*RUN, "leaving", "--", "--nosuch", folder=project)
    assert ExitStatus.BUILD == unknown.returncode
    assert "unknown flag: --nosuch" in unknown.stderr


def test_container_without_memory_is_explained(project: Path) -> None:
    """A container that had no memory left ends with 137; the message says why if the engine does.

    podman 4.3 does not know it of control groups of version 1.
    """
    label = f"nixgen-test={uuid.uuid4()}"
    words = ("--memory", "24m", "--label", label)
    done = nixgen(*RUN, "eating", "--", *words, folder=project)
    assert 128 + 9 == done.returncode, done.stderr
    told = "eating: the container had no memory left\n  give it more with" in done.stderr
    assert told or ENGINE == "podman"
    assert "" == engine("ps", "--all", "--quiet", "--filter", f"label={label}")


@contextmanager
def following(project: Path, image: str) -> Iterator[tuple[subprocess.Popen[str], Container]]:
    """Follow a container of the image; both are gone at the end."""
    name = f"nixgen-test-{uuid.uuid4().hex[:12]}"
    process = subprocess.Popen(
        [sys.executable, "-m", "nixgen", *RUN, image, "--", "--name", name],
        cwd=project,
        env={**os.environ, "NIX_CONFIG": NIX_CONFIG},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    running = ("ps", "--quiet", "--filter", f"name={name}")
    with process:
        try:
            wait_until(lambda: engine(*running), 60, "no container has started")
            yield process, Container(name)
        finally:
            process.terminate()


def test_kill_from_elsewhere_is_a_status(project: Path) -> None:
    """When somebody kills the container, the run ends with 128 and the signal's number."""
    with following(project, "waiting") as (process, container):
        container.kill("KILL")
        assert 128 + 9 == process.wait(30)


def test_removal_from_elsewhere_ends_the_run(project: Path) -> None:
    """When somebody removes the container, the run ends, with a message and no traceback."""
    with following(project, "waiting") as (process, container):
        remove(container.name)
        assert 0 != process.wait(30)
        assert process.stderr
        assert "Traceback" not in process.stderr.read()


def test_last_words_are_shown(project: Path) -> None:
    """What a container says while it stops after an interrupt is shown."""
    with following(project, "parting") as (process, container):
        container.wait_for_log("here", 20)
        process.terminate()
        assert ExitStatus.INTERRUPTED == process.wait(30)
        assert process.stdout
        assert process.stderr
        assert "goodbye" in process.stdout.read() + process.stderr.read()
        with pytest.raises(ContainerError):
            container.inspect()

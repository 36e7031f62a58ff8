"""Images, services and `nixgen run` on Docker and containerd."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import evolve
from docker import DEBIAN_PROGRAMS, Containerd, DockerRoom, docker_room, running_containerd
from room import REPOSITORY

IMAGE = "orderedServices"
ANSWER = "the site was made"


@pytest.fixture(scope="module")
def docker() -> Iterator[DockerRoom]:
    yield from docker_room("overlay2", "Docker, overlay2")


@pytest.fixture(scope="module")
def docker_vfs() -> Iterator[DockerRoom]:
    yield from docker_room("vfs", "Docker, vfs")


@pytest.fixture(scope="module")
def containerd() -> Iterator[Containerd]:
    yield from running_containerd()


def nixgen(room: DockerRoom, *words: str) -> subprocess.CompletedProcess[str]:
    return room.run(room.python, "-m", "nixgen", *words)


def printed(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def wait_until(condition: Callable[[], bool], message: str, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, message
        time.sleep(0.2)


def test_services_on_docker(docker: DockerRoom) -> None:
    """Services of nobody run, fail, are checked and stop on Docker as on podman."""
    docker.run_tests(
        "tests/e2e/test_images.py",
        "tests/e2e/test_services_failures.py",
        "tests/e2e/test_services_images.py",
        "tests/e2e/test_services_stop.py",
        "tests/e2e/test_services_surroundings.py",
    )


def test_run_on_docker(docker: DockerRoom) -> None:
    """`nixgen run` follows, ends with the container's status, removes it when interrupted, and
    many at once start each its own image."""
    docker.run_tests(
        "tests/e2e/test_run_command.py",
        "tests/e2e/test_new_user.py",
        "-k",
        "test_run_command or change or ends_with_the_status or interrupted",
    )


def test_services_on_docker_that_copies_layers(docker_vfs: DockerRoom) -> None:
    """Where Docker makes a folder of each layer, services of nobody run and stop as well."""
    docker_vfs.run_tests(
        "tests/e2e/test_images.py",
        "tests/e2e/test_services_stop.py",
        "tests/e2e/test_services_surroundings.py",
        "-k",
        "does_its_work or reverse or nobody or parent",
    )


def test_other_client_of_docker(docker: DockerRoom) -> None:
    """With another client of Docker on the machine `nixgen run` ends and is interrupted alike."""
    others = [path for path in os.environ["PATH"].split(":") if path != DEBIAN_PROGRAMS]
    if not (other := shutil.which("docker", path=":".join(others))):
        pytest.skip("the machine has no client of Docker beside Debian's")
    path = {"PATH": f"{Path(other).parent}:{docker.environment['PATH']}"}
    room = evolve(docker, environment={**docker.environment, **path})
    assert room.docker("--version") != docker.docker("--version")
    room.run_tests(
        "tests/e2e/test_run_command.py",
        "tests/e2e/test_new_user.py",
        "-k",
        "status_of_a_service or vanishes or last_words or (interrupted and 0)",
    )


def test_docker_loads_images_on_any_parent(docker: DockerRoom) -> None:
    """Parents of all forms, with files of all kinds: Docker has what was built."""
    docker.run_tests("tests/nix/test_debian_loading.py")


def test_port_is_published(docker: DockerRoom) -> None:
    """Options reach Docker, before `--` and after: a port is published, and answers."""
    words = ("run", "--engine", "docker", "--detach", "staticFiles", "-p", "127.0.0.1::8080")
    container = printed(nixgen(docker, *words, "-e", "A=b c", "--", "--label", "a=b"))
    try:
        address = docker.docker("port", container, "8080/tcp")
        ask = ("busybox", "wget", "-qO-", f"http://{address}/index.html")
        wait_until(lambda: "Hello from" in docker.in_its_network(*ask), "no answer")
        assert "A=b c" in docker.docker("exec", container, "/bin/busybox", "env").splitlines()
    finally:
        docker.docker("rm", "--force", container)


def test_docker_checks_the_health(docker: DockerRoom) -> None:
    """Docker itself runs the image's health check; its times can be given after `--`."""
    words = ("run", "--engine", "docker", "--detach", IMAGE, "--", "--health-interval", "1s")
    container = printed(nixgen(docker, *words))

    def is_healthy() -> bool:
        health = docker.docker("inspect", "--format", "{{.State.Health.Status}}", container)
        return health == "healthy"

    try:
        wait_until(is_healthy, "Docker does not find the container healthy")
    finally:
        docker.docker("rm", "--force", container)


def test_daemon_that_does_not_run_is_explained(docker: DockerRoom) -> None:
    """Without its daemon Docker is no engine: one message says so before anything is built."""
    room = evolve(docker, environment={**docker.environment, "DOCKER_HOST": "unix:///nosuch"})
    done = nixgen(room, "run", "--engine", "docker", IMAGE)
    assert (2, "") == (done.returncode, done.stdout)
    assert "Cannot connect to the Docker daemon at unix:///nosuch" in done.stderr
    assert "\n  start it (sudo service docker start)" in done.stderr
    assert 1 == done.stderr.count("nixgen:")


@pytest.mark.parametrize("snapshotter", ["overlayfs", "native"])
@pytest.mark.parametrize("form", ["archive", "folder"])
def test_containerd_runs_images(
    containerd: Containerd, tmp_path: Path, form: str, snapshotter: str
) -> None:
    """containerd imports the archive and the OCI folder, runs their services and stops them."""
    name = f"{form}-{snapshotter}"
    keep = ("--snapshotter", snapshotter)
    imported = archive_of(form, tmp_path)
    containerd.ctr("images", "import", *keep, str(imported))
    [reference] = containerd.ctr("images", "ls", "--quiet").split()
    assert reference.removeprefix("docker.io/").startswith("example/ordered:")
    containerd.ctr("run", "--detach", "--null-io", *keep, reference, name)

    def answers() -> bool:
        ask = ("busybox", "wget", "-qO-", "http://127.0.0.1:8080/")
        shell = ("sh", "-c", f"{' '.join(ask)} || true")
        execute = ("tasks", "exec", "--exec-id", f"ask-{time.monotonic_ns()}", name)
        return ANSWER in containerd.ctr(*execute, *shell)

    try:
        wait_until(answers, "no answer")
        containerd.ctr("tasks", "kill", name)
        wait_until(lambda: "STOPPED" in containerd.ctr("tasks", "ls"), "it does not stop", 10)
        containerd.ctr("tasks", "delete", name)  # which ends with the container's status
        containerd.ctr("containers", "rm", name)
    finally:
        containerd.ctr("images", "rm", "--sync", reference)


def archive_of(form: str, folder: Path) -> Path:
    """Build the image; return its archive, or one of its OCI folder with what the links lead to."""
    attribute = f"dockerImages.{IMAGE}" + (".oci" if form == "folder" else "")
    done = subprocess.run(
        ["nix-build", "--no-out-link", "-A", attribute],
        cwd=REPOSITORY,
        env={**os.environ, "NIX_CONFIG": "build-users-group =\nsubstituters =\n"},
        capture_output=True,
        text=True,
        check=False,
    )
    built = Path(printed(done))
    if form == "archive":
        return built
    assert json.loads((built / "oci-layout").read_text())["imageLayoutVersion"] == "1.0.0"
    packed = folder / "folder.tar"
    subprocess.run(["tar", "-chf", str(packed), "-C", str(built), "."], check=True)
    return packed

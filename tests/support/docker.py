"""Docker and containerd with data, mounts, processes and a network of their own.

They run in namespaces that end with them, or with the tests, so that nothing is left of mounts,
bridges and containers. They need root.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from attrs import frozen
from room import Room

DEBIAN_PROGRAMS = "/usr/bin"
"""Where Debian's docker.io lies; a machine may have other clients of Docker before it."""

_ALONE = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"),
    *("sh", "-c", 'busybox ip link set lo up && exec "$@"', "sh"),
)
_CONTROL_GROUPS = Path("/sys/fs/cgroup")
_SECONDS = 30.0


@frozen
class DockerRoom(Room):
    """The room of a Docker daemon; `process_id` is that of a process in the daemon's network."""

    process_id: int = 0

    def docker(self, *words: str) -> str:
        """Run the room's client of Docker; it must succeed. Return what it printed."""
        done = self.run("docker", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def in_its_network(self, *words: str) -> str:
        """Run a program of the machine in the daemon's network; return what it printed."""
        enter = ("nsenter", "--target", str(self.process_id), "--net", "--")
        return subprocess.run([*enter, *words], capture_output=True, text=True, check=False).stdout


def docker_room(storage_driver: str, name: str) -> Iterator[DockerRoom]:
    """Give a room whose Docker keeps images by the storage driver; skip where it does not start."""
    _require("dockerd", "docker", "containerd", "runc", "nsenter", "unshare", "setpriv", "busybox")
    group = f"nixgen-test-{os.getpid()}-{storage_driver}"
    with _folder() as folder:
        socket = folder / "docker.sock"
        command = [
            *("dockerd", f"--host=unix://{socket}", f"--storage-driver={storage_driver}"),
            *(f"--data-root={folder}/data", f"--exec-root={folder}/exec"),
            *(f"--pidfile={folder}/pid", f"--cgroup-parent={group}"),
        ]
        variables = {"DOCKER_HOST": f"unix://{socket}"}
        try:
            with _running(command, folder, ["docker", "version"], variables) as process_id:
                yield DockerRoom(
                    name=name,
                    environment={**_environment(), **variables, "NIXGEN_TEST_ENGINE": "docker"},
                    process_id=process_id,
                )
        finally:
            _remove_control_groups(group)


@frozen
class Containerd:
    """A containerd: its socket, and the namespace of images and containers that is used in it."""

    socket: Path
    namespace: str

    def ctr(self, *words: str) -> str:
        """Run ctr; it must succeed. Return what it printed."""
        command = ["ctr", f"--address={self.socket}", f"--namespace={self.namespace}", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout


def running_containerd() -> Iterator[Containerd]:
    """Give a containerd; skip where it does not start."""
    _require("containerd", "ctr", "runc", "unshare", "setpriv", "busybox")
    namespace = f"nixgen-test-{os.getpid()}"
    with _folder() as folder:
        socket = folder / "containerd.sock"
        configuration = folder / "containerd.toml"
        configuration.write_text('version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
        command = [
            *("containerd", f"--config={configuration}", f"--address={socket}"),
            *(f"--root={folder}/root", f"--state={folder}/state"),
        ]
        try:
            with _running(command, folder, ["ctr", f"--address={socket}", "version"], {}):
                yield Containerd(socket, namespace)
        finally:
            _remove_control_groups(namespace)


def _require(*programs: str) -> None:
    missing = [name for name in programs if not shutil.which(name, path=_environment()["PATH"])]
    if missing or os.geteuid():
        pytest.skip(f"needs root and {', '.join(programs)}; missing: {missing} (make test-rooms)")


def _environment() -> dict[str, str]:
    """Put Debian's programs first, and those of root among them."""
    return {"PATH": f"{DEBIAN_PROGRAMS}:/usr/sbin:/sbin:{os.environ['PATH']}"}


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder with a short path, as sockets need one."""
    folder = Path(tempfile.mkdtemp(prefix="nixgen-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(
    daemon: Sequence[str], folder: Path, question: Sequence[str], variables: dict[str, str]
) -> Iterator[int]:
    """Run a daemon in its namespaces until the end of the block, once it answers a question.

    Gives the id of its process.
    """
    environment = {**os.environ, **_environment(), **variables}
    log = folder / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [*_ALONE, *daemon], env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
    try:
        if not _answers(question, environment, process):
            pytest.skip(f"{daemon[0]} does not start:\n{log.read_text()[-2000:]}")
        [child] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield int(child)
        os.kill(int(child), signal.SIGTERM)
        process.wait(_SECONDS)
    finally:
        process.kill()
        process.wait()


def _answers(
    question: Sequence[str], environment: dict[str, str], process: subprocess.Popen[bytes]
) -> bool:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        asked = subprocess.run(question, env=environment, capture_output=True, check=False)
        if asked.returncode == 0:
            return True
        time.sleep(0.1)
    return False


def _remove_control_groups(name: str) -> None:
    """Remove the control groups of a daemon's containers, which outlive it."""
    for found in [*_CONTROL_GROUPS.glob(f"*/{name}"), *_CONTROL_GROUPS.glob(name)]:
        for folder, _, _ in os.walk(found, topdown=False):
            with suppress(OSError):
                Path(folder).rmdir()

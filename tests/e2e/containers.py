"""Containers for tests: start an image or a root folder, look inside, stop, wait for conditions."""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen

Value = TypeVar("Value")

# What podman needs before a container starts at all, the least intrusive first: some machines
# cannot do what crun asks for, some sandboxes do not let limits be raised.
_RUNC = ("--runtime", "runc")
_LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
_ATTEMPTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    ((), ()),
    (_RUNC, ()),
    (_RUNC, _LIMITS),
)


class ContainerError(Exception):
    """podman could not do what a test needs; the message holds what it said."""


@frozen
class Stopped:
    """How a container ended: its exit status, and after how many seconds."""

    exit_status: int
    seconds: float


def wait_until(condition: Callable[[], Value], timeout: float, message: str) -> Value:
    """Return the first true value of the condition.

    Raises AssertionError with the message when there is none within `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{message} (waited for {timeout} s)"
        time.sleep(0.05)
    return value


def podman(*arguments: str, runtime: Sequence[str] = ()) -> str:
    """Run podman and return what it printed. Raises ContainerError when it fails."""
    # Not as text, in which a carriage return would become a newline.
    done = subprocess.run(["podman", *runtime, *arguments], capture_output=True, check=False)
    output = done.stdout.decode(errors="surrogateescape")
    if done.returncode:
        raise ContainerError(
            f"podman {' '.join(arguments)}: exit status {done.returncode}\n"
            f"{output}{done.stderr.decode(errors='replace')}"
        )
    return output


@functools.cache
def container_options() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find the options of podman, and of its create, with which containers start on this machine.

    Raises ContainerError, which says what was tried, when none do.
    """
    if not shutil.which("podman"):
        raise ContainerError("podman is not installed (Debian: apt-get install podman runc)")
    busybox = shutil.which("busybox")
    if not busybox:
        raise ContainerError("busybox is not installed (Debian: apt-get install busybox-static)")
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(busybox, root / "busybox")
        for runtime, limits in _ATTEMPTS:
            try:
                probe = ("run", "--rm", *limits, "--rootfs", str(root), "/busybox", "true")
                podman(*probe, runtime=runtime)
            except ContainerError as error:
                failures.append(str(error))
            else:
                return runtime, limits
    raise ContainerError("no container starts on this machine:\n" + "\n".join(failures))


def load_image(archive: Path) -> str:
    """Load a docker archive into podman's storage and return the image's name."""
    return podman("load", "--quiet", "--input", str(archive)).split()[-1]


@frozen
class Container:
    """A container that was started."""

    name: str

    def exec(self, *command: str, user: str = "") -> str:
        """Run a command in the container and return what it printed.

        Raises ContainerError when it fails.
        """
        options = ("--user", user) if user else ()
        return podman("exec", *options, self.name, *command, runtime=container_options()[0])

    def succeeds(self, *command: str) -> bool:
        """Tell whether a command in the container ends with exit status 0."""
        try:
            self.exec(*command)
        except ContainerError:
            return False
        return True

    def logs(self) -> str:
        """Return what the container has written to stdout and stderr, in one text."""
        done = subprocess.run(
            ["podman", "logs", self.name],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        return done.stdout

    def inspect(self) -> dict[str, Any]:
        """Return what podman knows of the container."""
        found: list[dict[str, Any]] = json.loads(podman("inspect", self.name))
        return found[0]

    @property
    def is_running(self) -> bool:
        """Tell whether the container runs."""
        return bool(self.inspect()["State"]["Running"])

    @property
    def exit_status(self) -> int:
        """The exit status with which the container ended the last time."""
        return int(self.inspect()["State"]["ExitCode"])

    def start(self) -> None:
        """Start the container again after it has ended."""
        podman("start", self.name, runtime=container_options()[0])

    def kill(self, signal: str) -> None:
        """Send a signal to the first process of the container."""
        podman("kill", "--signal", signal, self.name, runtime=container_options()[0])

    def stop(self, timeout: int = 30) -> Stopped:
        """Stop the container, by force after `timeout` seconds."""
        before = datetime.now(UTC)
        podman("stop", "--time", str(timeout), self.name, runtime=container_options()[0])
        state = self.inspect()["State"]
        # podman goes on for a while after the end, and writes nanoseconds.
        end = datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", state["FinishedAt"]))
        return Stopped(int(state["ExitCode"]), (end - before).total_seconds())

    def wait(self, timeout: float) -> int:
        """Wait until the container ends by itself, and return its exit status."""
        try:
            subprocess.run(
                ["podman", "wait", "--interval", "100", self.name],
                stdout=subprocess.DEVNULL,
                timeout=timeout,
                check=True,
            )
        except subprocess.TimeoutExpired:
            message = f"the container did not end within {timeout} s:\n{self.logs()}"
            raise AssertionError(message) from None
        return self.exit_status

    def wait_for_log(self, text: str, timeout: float) -> None:
        """Wait until the container has written the text."""
        try:
            wait_until(lambda: text in self.logs(), timeout, "")
        except AssertionError:
            message = f"{text!r} was not written within {timeout} s, but:\n{self.logs()}"
            raise AssertionError(message) from None


@contextmanager
def running(
    image: str, *options: str, command: Sequence[str] = (), rootfs: bool = False
) -> Iterator[Container]:
    """Start a container of an image (or, with `rootfs`, of a root folder) and remove it at the end.

    `options` are those of podman create.
    """
    runtime, limits = container_options()
    name = f"nixgen-test-{uuid.uuid4().hex[:12]}"
    source = ("--rootfs", image) if rootfs else (image,)
    podman("create", "--name", name, *limits, *options, *source, *command, runtime=runtime)
    try:
        podman("start", name, runtime=runtime)
        yield Container(name)
    finally:
        podman("rm", "--force", "--time", "0", "--volumes", name, runtime=runtime)

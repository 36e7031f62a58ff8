"""Containers for tests: start an image, look inside, stop, wait for conditions.

The engine is podman, or what NIXGEN_TEST_ENGINE names: docker.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen

Value = TypeVar("Value")

ENGINE = os.environ.get("NIXGEN_TEST_ENGINE", "podman")

# What podman needs before a container starts at all, the least intrusive first: some machines
# cannot do what crun asks for, some sandboxes do not let limits be raised.
_RUNC = ("--runtime", "runc")
_LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
_ATTEMPTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    ((), ()),
    (_RUNC, ()),
    (_RUNC, _LIMITS),
)


# What the engines call differently.
_WAIT = {"podman": ("--interval", "100"), "docker": ()}[ENGINE]
_REMOVE = {"podman": ("--force", "--time", "0"), "docker": ("--force",)}[ENGINE]


class ContainerError(Exception):
    """The engine could not do what a test needs; the message holds what it said."""


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


def engine(*arguments: str, runtime: Sequence[str] = ()) -> str:
    """Run the engine and return what it printed. Raises ContainerError when it fails."""
    # Not as text, in which a carriage return would become a newline.
    done = subprocess.run([ENGINE, *runtime, *arguments], capture_output=True, check=False)
    output = done.stdout.decode(errors="surrogateescape")
    if done.returncode:
        raise ContainerError(
            f"{ENGINE} {' '.join(arguments)}: exit status {done.returncode}\n"
            f"{output}{done.stderr.decode(errors='replace')}"
        )
    return output


@functools.cache
def container_options() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find the options of the engine, and of its create, with which containers start here.

    Raises ContainerError, which says what was tried, when none do.
    """
    if not shutil.which(ENGINE):
        raise ContainerError(f"{ENGINE} is not installed (make setup, make test-rooms)")
    if ENGINE == "docker":
        engine("version")
        return (), ()
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
                engine(*probe, runtime=runtime)
            except ContainerError as error:
                failures.append(str(error))
            else:
                return runtime, limits
    raise ContainerError("no container starts on this machine:\n" + "\n".join(failures))


def load_image(archive: Path) -> str:
    """Load a docker archive into the engine's storage and return the image's name."""
    return engine("load", "--quiet", "--input", str(archive)).split()[-1]


@frozen
class Container:
    """A container that was started."""

    name: str

    def exec(self, *command: str, user: str = "") -> str:
        """Run a command in the container and return what it printed.

        Raises ContainerError when it fails.
        """
        options = ("--user", user) if user else ()
        return engine("exec", *options, self.name, *command, runtime=container_options()[0])

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
            [ENGINE, "logs", self.name],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        return done.stdout

    def inspect(self) -> dict[str, Any]:
        """Return what the engine knows of the container."""
        found: list[dict[str, Any]] = json.loads(engine("inspect", self.name))
        return found[0]

    @property
    def is_running(self) -> bool:
        """Tell whether the container runs."""
        return bool(self.inspect()["State"]["Running"])

    @property
    def exit_status(self) -> int:
        """The exit status with which the container ended the last time."""
        return int(self.inspect()["State"]["ExitCode"])

    def check_health(self) -> tuple[bool, str]:
        """Run the health check now: is the container healthy, and what does the check print.

        Docker has no command that does so: there the test runs what Docker would.
        """
        if ENGINE == "docker":
            command = [
                ENGINE,
                "exec",
                self.name,
                *self.inspect()["Config"]["Healthcheck"]["Test"][1:],
            ]
        else:
            command = [ENGINE, *container_options()[0], "healthcheck", "run", self.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if ENGINE == "docker":
            return done.returncode == 0, done.stdout + done.stderr
        return done.returncode == 0, self.inspect()["State"]["Health"]["Log"][-1]["Output"]

    def ask(self, port: int, path: str) -> str:
        """Return what a server in the container answers, or nothing.

        podman publishes the port; Docker's daemon may have a network of its own, so there the
        container's busybox asks.
        """
        try:
            if ENGINE == "docker":
                address = f"http://127.0.0.1:{port}{path}"
                return self.exec("/bin/busybox", "wget", "-qO-", address)
            published = engine("port", self.name, f"{port}/tcp").split()[0]
            with urllib.request.urlopen(f"http://{published}{path}", timeout=2) as page:
                text: str = page.read().decode()
                return text
        except (ContainerError, OSError):
            return ""

    def start(self) -> None:
        """Start the container again after it has ended."""
        engine("start", self.name, runtime=container_options()[0])

    def kill(self, signal: str) -> None:
        """Send a signal to the first process of the container."""
        engine("kill", "--signal", signal, self.name, runtime=container_options()[0])

    def stop(self, timeout: int = 30) -> Stopped:
        """Stop the container, by force after `timeout` seconds."""
        before = datetime.now(UTC)
        engine("stop", "-t", str(timeout), self.name, runtime=container_options()[0])
        state = self.inspect()["State"]
        # The engine goes on for a while after the end, and writes nanoseconds.
        end = datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", state["FinishedAt"]))
        return Stopped(int(state["ExitCode"]), (end - before).total_seconds())

    def wait(self, timeout: float) -> int:
        """Wait until the container ends by itself, and return its exit status."""
        try:
            subprocess.run(
                [ENGINE, "wait", *_WAIT, self.name],
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
def running(image: str, *options: str, command: Sequence[str] = ()) -> Iterator[Container]:
    """Start a container of an image and remove it at the end.

    `options` are those of the engine's create.
    """
    runtime, limits = container_options()
    name = f"nixgen-test-{uuid.uuid4().hex[:12]}"
    engine("create", "--name", name, *limits, *options, image, *command, runtime=runtime)
    try:
        engine("start", name, runtime=runtime)
        yield Container(name)
    finally:
        remove(name)


def remove(container: str) -> None:
    """Remove a container and its volumes at once, whether or not it runs."""
    engine("rm", *_REMOVE, "--volumes", container, runtime=container_options()[0])

"""`nixgen run` by a user without root's rights, without systemd and XDG_RUNTIME_DIR."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from room import Room
from rootless import rootless_room


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    yield from rootless_room()


def nixgen_run(room: Room, *words: str, path: str = "") -> tuple[int, str, str]:
    """Return the status of `nixgen run`, and what it printed."""
    variables = ["env", f"PATH={path}"] if path else []
    done = room.run(*variables, room.python, "-m", "nixgen", "run", *words)
    return done.returncode, done.stdout.strip(), done.stderr


def test_network_of_the_machine(room: Room) -> None:
    """A container in the machine's network answers there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = json.dumps(["/bin/busybox", "httpd", "-f", "-p", address, "-h", "/etc"])
    words = ("--detach", "staticFiles", "--", "--network", "host", "--entrypoint", server)
    status, container, error = nixgen_run(room, *words)
    assert status == 0, error
    try:
        assert "localhost" in answer(address, "/hosts")
    finally:
        room.run("podman", "rm", "--force", "--time", "0", container)


def answer(address: str, path: str, seconds: float = 20) -> str:
    """Return what is answered at the address, once a server is there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://{address}{path}", timeout=2) as page:
                return str(page.read().decode())
        except OSError:
            assert time.monotonic() < deadline, f"{address}: no answer"
            time.sleep(0.2)


def test_images_and_runs(room: Room) -> None:
    """Services run, ports are published, and `nixgen run` ends, is interrupted and runs many times
    at once as it does for root."""
    room.run_tests(
        "tests/e2e/test_images.py",
        "tests/e2e/test_run_command.py",
        "tests/e2e/test_new_user.py",
        "-k",
        "test_images or at_once or status_of or last_words or (interrupted and signals0)",
    )


def test_missing_network_program_is_explained(room: Room) -> None:
    """Without slirp4netns the message names the package, and what goes without."""
    programs = room.checkout.parent / "programs"
    programs.mkdir()
    for program in [*Path("/usr/bin").iterdir(), *Path("/usr/sbin").iterdir()]:
        link = programs / program.name
        if program.name != "slirp4netns" and not link.is_symlink():
            link.symlink_to(program)
    words = ("--detach", "staticFiles", "--", "--publish", "127.0.0.1::8080")
    status, _, error = nixgen_run(room, *words, path=str(programs))
    assert status == 5
    assert "\n  install slirp4netns (Debian: apt-get install slirp4netns)" in error
    assert "--network host" in error

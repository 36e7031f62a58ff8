"""Nix's daemon: an ordinary user in front, builds as users of the group nixbld, with and without
the sandbox; containers of that user."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon import DaemonRoom, daemon_room
from room import REPOSITORY

from nixgen.project.load import load_project

SUPPORT = Path(__file__).parents[1] / "support"
TWO = ("-n", "2")
# Builders have the variables of the daemon, not those of whoever asks it.
OF_THE_BUILDERS = (
    "tests/e2e/test_prefetch.py::test_printed_definition_is_fetched",
    "tests/e2e/test_push_jobs.py::test_credentials_and_address_come_from_the_environment",
    "tests/e2e/test_push_jobs.py::test_proxy_of_the_environment_is_used",
    "tests/e2e/test_push_jobs.py::test_wrong_password_fails_the_job",
)
# It mounts an image, which only root's podman does outside of `podman unshare`.
OF_ROOT = ("tests/nix/test_debian_parents.py::test_every_form_of_a_child_can_be_loaded",)
BUILDER = """
(import ./nix/package-sets/debian { lock = ./debian.lock.json; }).runCommand "builder" { } ''
  printf '%s %s' "$(id -u)" "$(test -e /etc/shadow && echo open || echo closed)" >$out
''
"""


@pytest.fixture(scope="module", params=[True, False], ids=["sandbox", "no-sandbox"])
def room(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DaemonRoom]:
    folder = tmp_path_factory.mktemp("daemon")
    with daemon_room(folder, sandbox=request.param) as entered:
        output(entered, entered.python, "-m", "nixgen", "packages", "lock")
        yield entered


@pytest.fixture(scope="module")
def sums() -> dict[bool, dict[str, str]]:
    """The hash of each form of each image, by whether the sandbox was on."""
    return {}


def output(room: DaemonRoom, *command: str) -> str:
    done = room.run(*command)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout.strip()


def without(tests: tuple[str, ...]) -> list[str]:
    return [word for test in tests for word in ("--deselect", test)]


def test_builders_are_users_of_their_own(room: DaemonRoom) -> None:
    """They are neither root nor the user in front, and see the machine without the sandbox only."""
    path = output(room, "nix-build", "--no-out-link", "--expr", BUILDER)
    user, machine = output(room, "cat", path).split()
    assert ("closed" if room.sandbox else "open") == machine
    assert room.sandbox or 30000 < int(user) <= 30010
    assert "ordinary" == output(room, "id", "-un")
    assert room.run("test", "-w", "/nix/store").returncode != 0


def test_every_form_of_every_image_is_built(
    room: DaemonRoom, sums: dict[bool, dict[str, str]]
) -> None:
    """To the same bytes, with and without the sandbox; those that need gems are left out."""
    names = [
        f"dockerImages.{name}"
        for name, image in load_project(REPOSITORY).images.items()
        if not getattr(image, "optional", False)
    ]
    selected = [
        word
        for name in names
        for form in ("", ".oci", ".ociUncompressed")
        for word in ("-A", f"{name}{form}")
    ]
    paths = output(room, "nix-build", "--no-out-link", *selected).split()
    assert 3 * len(names) == len(paths)
    hashes = output(room, "nix-store", "--query", "--hash", *paths).split()
    sums[room.sandbox] = dict(zip(paths, hashes, strict=True))
    assert 1 == len({json.dumps(each, sort_keys=True) for each in sums.values()})


def test_builders(room: DaemonRoom) -> None:
    """Layers, commands as root and as what looks like it, parents of any origin."""
    parents = () if room.sandbox else ("tests/nix/test_debian_parents.py", *without(OF_ROOT))
    room.run_tests(
        *TWO,
        *parents,
        "tests/nix/test_debian_builders.py",
        "tests/nix/test_debian_contents.py",
        "tests/nix/test_debian_images.py",
        "tests/nix/test_debian_layers.py",
        "tests/nix/test_debian_without_sandbox.py",
    )


def test_commands(room: DaemonRoom) -> None:
    """Those that build, push, check and write, from a new project on."""
    if not room.sandbox:
        room.run_tests("tests/e2e/test_push_command.py", "-k", "both_tags or second_push")
        return
    room.run_tests(
        *TWO,
        *without(OF_THE_BUILDERS),
        "tests/e2e/test_fluentd_conf_command.py",
        "tests/e2e/test_prefetch.py",
        "tests/e2e/test_push_command.py",
        "tests/e2e/test_push_jobs.py",
        "tests/nix/test_jobsets_hydra.py",
    )


def test_containers(room: DaemonRoom) -> None:
    """An ordinary user's podman runs what the daemon built."""
    if not room.sandbox:
        room.run_tests("tests/e2e/test_new_user.py", "-k", "change_of_a_command")
        return
    room.run_tests(
        "tests/e2e/test_images.py",
        "tests/e2e/test_new_user.py",
        "-k",
        "not interrupted or signals2",
    )


# Whoever starts the tests in the background has them ignore interrupts.
STARTING = """
import signal, sys, time
from pathlib import Path
from daemon import daemon_room

signal.signal(signal.SIGINT, signal.default_int_handler)
with daemon_room(Path(sys.argv[1]), sandbox=True) as room:
    print(room.process_id, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_of_the_room_outlives_whoever_started_it(
    number: signal.Signals, tmp_path: Path
) -> None:
    """No process, no mount and no user, however it ends."""
    before = Path("/etc/passwd").read_bytes(), Path("/proc/self/mounts").read_bytes()
    folder = tmp_path / "room"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", STARTING, str(folder)],
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    first = int(process.stdout.readline())
    assert Path(f"/proc/{first}").exists()
    process.send_signal(number)
    process.communicate(timeout=60)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{first}").exists():
        assert time.monotonic() < deadline, "the daemon still runs"
        time.sleep(0.05)
    assert before == (Path("/etc/passwd").read_bytes(), Path("/proc/self/mounts").read_bytes())
    assert (number == signal.SIGKILL) == folder.exists()

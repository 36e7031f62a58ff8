"""Debian 13: Nix 2.26, Python 3.13, podman 5.4; an ordinary user with sudo, and root."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from debian_folder import CHECKOUT, USER, DebianFolder, debian_folder
from room import Room

TWO = ("-n", "2")
GIVES_OWNERS = (  # to files, which root alone may
    "tests/nix/test_image_layers.py",
    "tests/nix/test_debian_parents.py::test_commands_see_random_layers_and_their_changes_are_a_layer",
)
SETTINGS = {
    "NIX_CONFIG": "substituters =",
    "PODMAN_IGNORE_CGROUPSV1_WARNING": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
# git refuses to read what belongs to others, as the checkout does for root.
TRUSTED = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
}


@pytest.fixture(scope="module")
def folder() -> Iterator[DebianFolder]:
    with debian_folder("trixie") as made:
        yield made


@pytest.fixture(scope="module")
def machine(folder: DebianFolder) -> Room:
    """A fresh machine, as far as a folder is one, on which a user has called the first command."""
    room = folder.room("Debian 13", USER, SETTINGS)
    done = room.run("make", "demo")
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"[-10000:]
    assert "the service answers: " in done.stdout
    return room


@pytest.fixture(scope="module")
def ready(machine: Room) -> Room:
    """The same, with what the tests need too."""
    done = machine.run("make", "setup", "lock")
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"[-10000:]
    return machine


def output(room: Room, *command: str) -> str:
    done = room.run(*command)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_command_does_all_the_set_up(machine: Room, folder: DebianFolder) -> None:
    """`make demo` installs, builds and starts an image; none of its files is root's."""
    assert "Python 3.13" in output(machine, machine.python, "--version")
    assert "2.26" in output(machine, "nix", "--version")
    owners = {path.lstat().st_uid for path in folder.checkout.rglob("*")}
    assert owners == {folder.checkout.stat().st_uid}
    assert not (folder.root / "usr/sbin/policy-rc.d").exists()


def test_second_call_does_nothing(machine: Room) -> None:
    """Where everything is there, nobody is asked for root and nothing is built."""
    done = machine.run("make", "demo")
    assert (done.returncode, "sudo" in done.stderr) == (0, False), done.stderr


def test_user_without_root_is_told_what_to_ask_for(ready: Room, folder: DebianFolder) -> None:
    """Root can run what is printed; then the user learns that nobody serves the store."""
    assert ready
    root = folder.room("Debian 13, root", "root", SETTINGS)
    output(root, "sed", "--in-place", "/^nobody:/d", "/etc/subuid", "/etc/subgid")
    output(root, "nix-store", "--init")
    user = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
    set_up = (*user, "env", "HOME=/tmp", "USER=nobody", "scripts/setup.sh", "/tmp/venv", "demo")
    refused = root.run(*set_up)
    command = refused.stderr.splitlines()[-1].strip()
    assert (2, "sh scripts/setup-as-root.sh subids:nobody") == (refused.returncode, command)
    output(root, *command.split())
    refused = root.run(*set_up)
    assert refused.returncode == 2
    assert "belongs to root, and no daemon serves it to nobody\n  " in refused.stderr
    assert "nix-setup-systemd" in refused.stderr


def test_units(ready: Room) -> None:
    """The unit tests pass on Python 3.13."""
    ready.run_tests("tests/unit", *TWO)


def test_expressions_and_builds(ready: Room) -> None:
    """The tests of the Nix library and of the package sets pass on Nix 2.26."""
    ready.run_tests("tests/nix", *TWO)


def test_images_and_commands(ready: Room, folder: DebianFolder) -> None:
    """Images, services and commands work on podman 5.4, as root."""
    assert ready
    room = folder.room("Debian 13, root", "root", {**SETTINGS, **TRUSTED})
    assert "podman version 5" in output(room, "podman", "--version")
    room.run_tests(
        *("-p", "no:cacheprovider", *TWO, "--dist", "loadfile"),
        *GIVES_OWNERS,
        "tests/e2e/test_deployments.py",
        "tests/e2e/test_images.py",
        "tests/e2e/test_new_user.py",
        "tests/e2e/test_reproducibility.py",
        "tests/e2e/test_fluentd_capture.py",
        "tests/e2e/test_services_images.py",
    )


def test_derivations_are_the_same_with_both_versions_of_nix(
    ready: Room, folder: DebianFolder, tmp_path: Path
) -> None:
    """For one lock, every form of every image has the .drv path that it has on this machine."""
    project = tmp_path / "project"
    shutil.copytree(
        folder.checkout, project, symlinks=True, ignore=shutil.ignore_patterns(".git", ".venv")
    )
    here, there = derivations([], project), derivations(ready.enter, CHECKOUT)
    versions = {
        subprocess.run([*enter, "nix", "--version"], capture_output=True, text=True).stdout
        for enter in ((), ready.enter)
    }
    assert len(versions) == 2 or "2.8" not in str(versions)
    assert here == there
    assert len(here["project"]) > 5


def derivations(enter: Sequence[str], project: Path) -> Any:
    """Evaluate the .drv paths of the project's images; nothing is written into a store."""
    file = str(project / "tests/rooms/derivations.nix")
    words = ["--eval", "--strict", "--json", "--store", "dummy://", file]
    arguments = ["--arg", "project", str(project), "--arg", "tests", str(project / "tests")]
    done = subprocess.run(
        [*enter, "nix-instantiate", *words, *arguments],
        env={**os.environ, "NIX_CONFIG": "build-users-group =\n"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

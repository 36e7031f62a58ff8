"""Builds on another machine: a second store, reached over ssh on the loopback address."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from pushed_project import PushedProject

pytestmark = pytest.mark.nix

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") or "sshd"


@frozen
class Builder:
    """A machine as Nix's option `builders` names it, its store, and what ssh must be told."""

    name: str
    store: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Run sshd with keys of its own, in front of a second store."""
    folder = tmp_path_factory.mktemp("builder")
    for key in ("host", "identity"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)]
        subprocess.run(command, check=True)
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd insists on it
    settings = {
        "ListenAddress": "127.0.0.1",
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "identity.pub",
        "UsePAM": "no",
        "StrictModes": "no",
        "PidFile": "none",
    }
    (folder / "sshd_config").write_text(
        "".join(f"{name} {value}\n" for name, value in settings.items())
    )
    program = folder / "nix-store"
    program.write_text(
        "#!/bin/sh\n"
        "NIX_CONFIG='build-users-group =\nsubstituters =\nsandbox = true' "
        f'exec {shutil.which("nix-store")} "$@"\n'
    )
    program.chmod(0o755)
    port, server = start_sshd(folder)
    options = f"-p {port} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    store = folder / "store"
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    address = f"ssh://{user}@127.0.0.1?remote-program={program}&remote-store={store}"
    yield Builder(
        f"{address} x86_64-linux,aarch64-linux {folder}/identity 2",
        store,
        {"NIX_SSHOPTS": f"{options} -o LogLevel=ERROR"},
    )
    server.kill()
    server.wait()


def start_sshd(folder: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Start sshd on a free port and wait until it listens."""
    for port in range(20000 + os.getpid() % 1000 * 10, 65000):
        log = folder / f"sshd-{port}.log"
        command = [SSHD, "-D", "-f", str(folder / "sshd_config"), "-p", str(port)]
        server = subprocess.Popen([*command, "-E", str(log)], stderr=subprocess.DEVNULL)
        while server.poll() is None:
            if log.exists() and "Server listening" in log.read_text():
                return port, server
            time.sleep(0.01)
        assert "Cannot bind any address" in log.read_text(), log.read_text()
    raise AssertionError("no port is free")


def test_image_is_built_on_the_builder(tmp_path: Path, builder: Builder) -> None:
    """`nixgen build --builders` builds there, and the image comes back."""
    text = f"built far away by {tmp_path}"  # nothing that this machine has already
    project = PushedProject(tmp_path / "project", {"engine": text})
    done = project.nixgen(
        *["build", "engine", "--no-out-link", "--builders", builder.name, "--max-jobs", "0"],
        environment=builder.environment,
    )
    assert done.returncode == 0, done.stderr
    image = Path(done.stdout.strip())
    assert image.is_file()
    assert (builder.store / str(image).lstrip("/")).is_file()


def test_builder_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    """Options after `--` reach Nix; when no machine may build, its own message is shown."""
    project = PushedProject(tmp_path / "project", {"engine": f"never built by {tmp_path}"})
    nowhere = "ssh://127.0.0.1?remote-program=none x86_64-linux /none 1"
    words = ["build", "engine", "--", "--builders", nowhere, "-j0"]
    done = project.nixgen(*words, environment={"NIX_SSHOPTS": "-p 1"})
    assert (done.returncode, "127.0.0.1" in done.stderr) == (5, True), done.stderr

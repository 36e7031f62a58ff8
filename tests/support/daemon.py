"""A room behind Nix's daemon: an ordinary user in front, builds as users of the group nixbld.

All of it is in a mount and a PID namespace: the store, the users, the configuration, the checkout
that belongs to the user, temporary files and the daemon. It needs root, and leaves nothing behind.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import frozen
from room import Room, copy_checkout

HOME = Path("/home/ordinary")
CHECKOUT = HOME / "nixgen"
_SCRIPT = Path(__file__).with_name("daemon.sh")
_PROGRAMS = ("nix-daemon", "nsenter", "setpriv", "unshare")
_VARIABLES = {
    "NIX_REMOTE": "daemon",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": str(CHECKOUT),
    "XDG_RUNTIME_DIR": f"{HOME}/run",
}
_PASSED_ON = re.compile(r"(https?|no|all)_proxy|PIP_.*", re.IGNORECASE)


@frozen
class DaemonRoom(Room):
    """The room: the process whose namespaces it is in, and whether builds are in the sandbox."""

    process_id: int = 0
    sandbox: bool = True

    @classmethod
    def of_process(cls, process_id: int, *, sandbox: bool) -> DaemonRoom:
        """Enter the namespaces of the process as the ordinary user."""
        passed_on = {name: os.environ[name] for name in os.environ if _PASSED_ON.fullmatch(name)}
        variables = [f"{name}={value}" for name, value in {**_VARIABLES, **passed_on}.items()]
        user = ["--reuid=ordinary", "--regid=ordinary", "--init-groups", "--reset-env"]
        namespaces = [f"--target={process_id}", "--mount", "--pid", f"--wdns={CHECKOUT}"]
        return cls(
            name=f"Nix's daemon, {'' if sandbox else 'no '}sandbox",
            enter=("nsenter", *namespaces, "--", "setpriv", *user, "env", *variables),
            python=f"{CHECKOUT}/.venv/bin/python",
            process_id=process_id,
            sandbox=sandbox,
        )


@contextmanager
def daemon_room(folder: Path, *, sandbox: bool) -> Iterator[DaemonRoom]:
    """Start the daemon with all that belongs to it in the folder; end it and remove all of it."""
    _skip_where_it_cannot_start()
    _export_sources(folder / "closure")
    python = [sys.prefix, sys.base_prefix]
    arguments = [str(folder), str(sandbox).lower(), str(folder / "closure"), *python]
    alone = ["unshare", "--mount", "--propagation=private", "--pid", "--fork", "--mount-proc"]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*alone, "--kill-child", str(_SCRIPT), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,  # an interrupt is for the tests, which end it then
        )
    try:
        assert process.stdout is not None
        assert b"listening\n" == process.stdout.readline(), log.read_text()
        _give_checkout(folder / "home/ordinary/nixgen")
        yield DaemonRoom.of_process(_child_of(process.pid), sandbox=sandbox)
    finally:
        process.communicate(timeout=60)  # its standard input ends
        shutil.rmtree(folder)


def _skip_where_it_cannot_start() -> None:
    missing = [program for program in _PROGRAMS if not shutil.which(program)]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not installed (Debian: nix-bin, util-linux)")
    if os.geteuid():
        pytest.skip("needs root, to make users and mounts that only the tests see")


def _export_sources(file: Path) -> None:
    """Write the .deb files that the machine's store has, so that nothing is fetched twice."""
    paths = [str(path) for path in Path("/nix/store").glob("*.deb")]
    valid = subprocess.run(
        ["nix-store", "--check-validity", "--print-invalid", *paths], capture_output=True, text=True
    )
    kept = sorted({*paths} - {*valid.stdout.split()})
    with file.open("wb") as output:
        subprocess.run(["nix-store", "--export", *kept], stdout=output, check=True)


def _child_of(process_id: int) -> int:
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    return int(children[0])


def _give_checkout(folder: Path) -> None:
    """Copy what git knows of the repository, as it is now, for the owner of the folder."""
    copy_checkout(folder)
    owner = str(folder.stat().st_uid)
    subprocess.run(["chown", "--recursive", f"{owner}:{owner}", str(folder)], check=True)

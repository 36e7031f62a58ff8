"""The room of a user without root's rights, whose podman has only what his ids allow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from room import REPOSITORY, Room

_SCRIPT = Path(__file__).with_name("rootless.sh")
_PROGRAMS = ("newuidmap", "nsenter", "podman", "setpriv", "slirp4netns", "unshare")
_ALONE = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"),
)
_USER = ("--reuid=visitor", "--regid=visitor", "--init-groups")


def rootless_room() -> Iterator[Room]:
    """Give the room; skip where it cannot be made."""
    missing = [program for program in _PROGRAMS if not shutil.which(program)]
    if missing or os.geteuid():
        pytest.skip(f"needs root and {', '.join(_PROGRAMS)}; missing: {missing} (make test-rooms)")
    folder = Path(tempfile.mkdtemp(prefix="nixgen-test-"))
    folder.chmod(0o755)
    checkout = folder / "home/nixgen"
    _copy_checkout(checkout)
    process = subprocess.Popen(
        [*_ALONE, str(_SCRIPT), str(folder), sys.prefix, sys.base_prefix],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=(folder / "log").open("w"),
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", (folder / "log").read_text()
        [child] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Room("rootless podman", _entrance(child, checkout), {}, checkout, _python(checkout))
    finally:
        process.communicate(timeout=30)  # its standard input ends
        shutil.rmtree(folder)


def _python(checkout: Path) -> str:
    return f"{checkout}/.venv/bin/python"


def _entrance(process_id: str, checkout: Path) -> tuple[str, ...]:
    """Return the words that enter the room as its user, with no variables of a login."""
    namespaces = ("--mount", "--pid", f"--wdns={checkout}")
    variables = {
        **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")},
        "HOME": str(checkout.parent),
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(checkout),
        "TMPDIR": str(checkout.parents[1] / "tmp"),
    }
    return (
        *("nsenter", f"--target={process_id}", *namespaces, "--"),
        *(
            "setpriv",
            *_USER,
            "env",
            "-i",
            *(f"{name}={value}" for name, value in variables.items()),
        ),
    )


def _copy_checkout(folder: Path) -> None:
    """Copy what git knows of the repository, as it is now."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for name in filter(None, done.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)

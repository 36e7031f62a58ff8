"""Captured services, wherever their container is started."""

from __future__ import annotations

from pathlib import Path

import pytest
from fluentd_images import TIMEOUT, running_captured

pytestmark = pytest.mark.container

NEEDED = ("--cap-drop=all", *(f"--cap-add={name}" for name in ("SETUID", "SETGID", "KILL")))
ROWS = {
    "terminal": ("--tty",),
    "needed capabilities": NEEDED,
    "user": ("--user=12345", "--cap-drop=all", "--security-opt=no-new-privileges"),
    "arbitrary user, read-only": (
        *("--user=1000660000:0", "--cap-drop=all"),
        *("--read-only", "--tmpfs=/run", "--tmpfs=/tmp:mode=1777"),
    ),
    "variables": (
        "--env=LD_LIBRARY_PATH=/nowhere",
        "--env=BASH_ENV=/nowhere",
        "--env=pipes=/nowhere",
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_output_reaches_fluentd(name: str, tmp_path: Path) -> None:
    """In every surrounding what services print, and write to the outputs that they open by name,
    reaches fluentd and the container's log, and the container stops with status 0."""
    tmp_path.chmod(0o777)
    with running_captured(tmp_path, *ROWS[name]) as captured:
        captured.wait_for_records("log.puppet", "puppet starts")
        captured.wait_for_records("other.tag", "without newline")
        assert captured.records("other.tag") == ["brief", "without newline"]
        captured.container.wait_for_log("puppet starts", TIMEOUT)
        stopped = captured.container.stop()
        assert stopped.exit_status == 0
        assert stopped.seconds < 10
        assert captured.records("log.puppet")[-1] == "last words"

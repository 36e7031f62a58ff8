"""Signals that end the command, at any moment of its life."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nixgen.errors import ExitStatus
from nixgen.programs.interrupts import interrupts_later

SIGNALS = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
PROJECT = """\
from nixgen import Project

project = Project(images={})
"""


def listed(folder: Path, *, ignored: bool = False) -> subprocess.CompletedProcess[str]:
    handler = signal.SIG_IGN if ignored else signal.SIG_DFL
    return subprocess.run(
        [sys.executable, "-m", "nixgen", "list"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}/stand-ins"},
        preexec_fn=lambda: [signal.signal(number, handler) for number in SIGNALS],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("moment", ["import", "definitions", "message", "end"])
def test_an_interrupt_ends_the_command_at_any_moment(
    tmp_path: Path, moment: str, number: signal.Signals
) -> None:
    """While it is imported, works, tells of another interrupt, or has nothing left to do."""
    kill = f"import os; os.kill(os.getpid(), {number:d})\n"
    (tmp_path / "stand-ins").mkdir()
    if moment == "import":
        (tmp_path / "stand-ins/click.py").write_text(kill)  # a stand-in, which comes to nothing
    lines = {
        "definitions": kill,
        "end": f"import atexit, os; atexit.register(os.kill, os.getpid(), {number:d})\n",
        "message": "import click, os; click.echo = lambda *_, **__:"
        f" os.kill(os.getpid(), {number:d})\n{kill}",
    }
    (tmp_path / "images.py").write_text(f"{lines.get(moment, '')}{PROJECT}")
    done = listed(tmp_path)
    assert (ExitStatus.INTERRUPTED, "nixgen: interrupted") == (
        done.returncode,
        done.stderr.strip(),
    )


def test_signals_that_the_command_shall_ignore_are_ignored(tmp_path: Path) -> None:
    """As `nohup` says of one, and a shell of others."""
    kills = "".join(f"os.kill(os.getpid(), {number:d})\n" for number in SIGNALS)
    put_off = "from nixgen.programs.interrupts import interrupts_later\nwith interrupts_later():\n"
    indented = "".join(f"    {line}\n" for line in kills.splitlines())
    (tmp_path / "images.py").write_text(f"import os\n{kills}{put_off}{indented}{PROJECT}")
    done = listed(tmp_path, ignored=True)
    assert (ExitStatus.DONE, "") == (done.returncode, done.stderr)


def interrupt_thrice(finished: list[int]) -> None:
    with interrupts_later(patience=0.2):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        finished.append(1)
        time.sleep(0.3)
        signal.raise_signal(signal.SIGINT)
        finished.append(2)


@pytest.fixture
def minded() -> Iterator[None]:
    """Whoever starts the tests in the background has them ignore interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("minded")
def test_whoever_interrupts_twice_waits_as_well() -> None:
    """What has begun is finished; only what takes too long can be left."""
    finished: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        interrupt_thrice(finished)
    assert [1] == finished

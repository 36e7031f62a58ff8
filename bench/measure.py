"""Run programs and measure them: seconds, seconds of the processors, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

REPOSITORY = Path(__file__).parents[1]
NIXGEN = (sys.executable, "-m", "nixgen")
"""The command line of this checkout."""

MEGABYTE = 1_000_000


class CommandFailedError(Exception):
    """A measured program failed; the message ends with its log."""


@frozen
class Run:
    """What a program used and wrote: seconds on the clock, seconds of processors, peak memory.

    The memory is that of the largest of its processes, in bytes.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: str
    log: str


def environment() -> dict[str, str]:
    """Return our environment, for programs that may keep bytecode and find this checkout."""
    ours = {"NIX_CONFIG": nix_config(), "PYTHONPATH": str(REPOSITORY)}
    inherited = {name: os.environ[name] for name in os.environ if name != _NO_BYTECODE}
    return {**inherited, **ours}


def nix_config(*, substitutes: bool = False) -> str:
    """Return the value of NIX_CONFIG: what it is here, and what measuring needs.

    Root needs no users to build as where Nix runs without its daemon. Unless substitutes are asked
    for, Nix asks no binary cache, whatever is configured: nothing of what is measured is in one.
    """
    lines = ["build-users-group ="] if os.geteuid() == 0 else []
    lines.append(os.environ.get("NIX_CONFIG", ""))
    if not substitutes:
        lines.append("substituters =")  # the last line of a setting counts
    return "\n".join(lines)


_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def run(words: Sequence[str | Path], folder: Path, **variables: str) -> Run:
    """Run a program in the folder, with variables beside ours. Raises CommandFailedError."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            words, cwd=folder, env={**environment(), **variables}, stdout=output, stderr=log
        )
        try:
            _, status, resources = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        texts = []
        for file in (output, log):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        if process.returncode:
            command = " ".join(map(str, words))
            raise CommandFailedError(f"{command[:200]}\n{texts[1][-2000:]}")
        cpu_seconds = resources.ru_utime + resources.ru_stime
        return Run(seconds, cpu_seconds, resources.ru_maxrss * 1024, *texts)


def idle_share(action: Callable[[], Run]) -> tuple[Run, float]:
    """Run the action; return with it the share of the processors' time that nobody used."""
    before = _processor_times()
    result = action()
    passed = _passed(before)
    return result, sum(passed[3:5]) / sum(passed)


def settle(limit: float = 2) -> None:
    """Have on the disk what was written before, and wait until the machine is quiet.

    What the disk still does for files that were removed counts as well. After `limit` seconds we
    go on anyway.
    """
    os.sync()
    until = time.monotonic() + limit
    while time.monotonic() < until:
        before = _processor_times()
        time.sleep(_GLANCE)
        passed = _passed(before)
        if passed[3] > _QUIET * sum(passed):
            return


_GLANCE = 0.2
_QUIET = 0.8


def _passed(before: list[int]) -> list[int]:
    """Return the ticks of all processors since then."""
    return [now - then for now, then in zip(_processor_times(), before, strict=True)]


def _processor_times() -> list[int]:
    """Return the ticks of all processors together; idle and waiting are the fourth and fifth."""
    return list(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]))


def medians(times: int, **measured: Callable[[], float]) -> Mapping[str, float]:
    """Return the median of each, measured in turns so that all meet the same machine."""
    values: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(times):
        for name, measure in measured.items():
            values[name].append(measure())
    return {name: statistics.median(found) for name, found in values.items()}


def in_turn(first: int, sides: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Measure each side once, and return what each did; `first` is the number of the one to begin.

    Each begins on a machine that has settled.
    """
    names = list(sides)
    first %= len(names)
    seconds = {}
    for name in names[first:] + names[:first]:
        settle()
        seconds[name] = sides[name]()
    return {name: seconds[name] for name in names}

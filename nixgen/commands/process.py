"""Find a program, run it, and turn its failure into an error that names the command."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from plumbum import CommandNotFound, ProcessExecutionError, local
from plumbum.commands.base import BaseCommand

from nixgen.errors import BuildError, NixgenError, UsageError

LOG_TAIL_LINES = 25


def find_program(name: str, *, remedy: str) -> BaseCommand:
    """Return the program as a plumbum command.

    Raises UsageError with the remedy when it is not on PATH.
    """
    try:
        return local[name]
    except CommandNotFound:
        raise UsageError(f"{name}: the program is not installed or not on PATH\n  {remedy}") from None


def run(
    command: BaseCommand,
    *,
    error: type[NixgenError] = BuildError,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    show_progress: bool = False,
    stdin: str = "",
) -> str:
    """Run the command and return its standard output.

    With `show_progress` its standard error goes to ours as it comes; otherwise it is kept and,
    if the command fails, its end becomes part of the message. `environment` is added to ours.
    Raises `error` when the command fails.
    """
    try:
        _, stdout, _ = (command << stdin).run(
            cwd=cwd,
            env={**local.env.getdict(), **(environment or {})},
            stderr=sys.stderr.fileno() if show_progress else -1,
        )
    except ProcessExecutionError as failure:
        raise error(failure_message(command, failure.retcode, failure.stderr)) from None
    return str(stdout)


def failure_message(command: BaseCommand, status: int | None, log: str | None) -> str:
    """Say which command failed and how its log ended."""
    lines = (log or "").rstrip().splitlines()
    tail: Sequence[str] = lines[-LOG_TAIL_LINES:]
    omitted = [f"... ({len(lines) - len(tail)} lines before)"] if len(lines) > len(tail) else []
    indented = "".join(f"\n  | {line}" for line in [*omitted, *tail])
    return f"{command} failed with exit status {status}{indented}"

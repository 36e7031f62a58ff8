"""Find a program, run it, and turn its failure into an error that names the command."""

from __future__ import annotations

import os
import shlex
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, Signals
from typing import Any

from plumbum import CommandNotFound, ProcessExecutionError, local
from plumbum.commands.base import BaseCommand
from plumbum.commands.processes import iter_lines
from plumbum.machines.local import LocalCommand

from nixgen.errors import BuildError, NixgenError, UsageError, remedy_lines
from nixgen.files.disk_room import Disk, advice, lacks_room, measure
from nixgen.redaction import MASK, redact, redact_words

LOG_TAIL_LINES = 25
_MOST_DISKS = 200  # a program may say without end that there is no room


def find_program(name: str, *, remedy: str) -> BaseCommand:
    """Return the program as a plumbum command.

    Raises UsageError with the remedy when it is not on PATH.
    """
    try:
        # Whatever the locale is, what programs are given and say is UTF-8.
        return LocalCommand(local[name].executable, encoding="utf-8")
    except CommandNotFound:
        raise UsageError(f"{name}: the program is not installed or not on PATH", remedy) from None


def run(
    command: BaseCommand,
    *,
    error: type[NixgenError] = BuildError,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: str = "",
    new_session: bool = False,
    read_log_line: Callable[[str], Iterable[str]] = lambda line: (line,),
) -> str:
    """Run the command and return its standard output.

    `environment` is added to ours. Each line of standard error goes to `read_log_line` as it comes;
    the last of the lines that it returns become part of the message if the command fails. With
    `new_session` the terminal's interrupts do not reach it. Raises `error` when the command fails
    or cannot be started.
    """
    stdout: list[str] = []
    log: deque[str] = deque(maxlen=LOG_TAIL_LINES)
    disks: list[Disk] = []
    variables = {**local.env.getdict(), **(environment or {})}
    try:
        process = (command << stdin).popen(cwd=cwd, env=variables, new_session=new_session)
    except OSError as failure:
        said = f"{shown(command)[0]}: cannot be started: {failure}"
        raise error(f"{said}{advice(said)}") from None
    try:
        # plumbum 2.0.2 declares the lines' types the wrong way round
        lines: Any = iter_lines(process, buffer_size=1)
        for out, err in lines:
            if out is not None:
                stdout.append(out)
            if err is not None:
                if lacks_room(err) and len(disks) < _MOST_DISKS:
                    disks += measure()  # what fails removes its files, and makes room again
                log.extend(read_log_line(err))
    except ProcessExecutionError as failure:
        raise error(failure_message(command, failure.retcode, log, disks)) from None
    except KeyboardInterrupt:
        process.terminate()  # an interrupt may be meant for us alone
        process.wait()
        raise
    return "".join(f"{line}\n" for line in stdout)


def failure_message(
    command: BaseCommand,
    status: int | str | None,
    log: Iterable[str],
    disks: Sequence[Disk] = (),
) -> str:
    """Say which command failed and how its log ended, without the secrets that it was given.

    Where it failed for want of room the disk is named; `disks` are as they were then.
    """
    line, secrets = shown(command)
    lines = [redact(each, secrets) for each in log]
    indented = remedy_lines(*(f"| {each}" for each in lines))
    text = "\n".join(lines)
    room = advice(text, disks) or _temporary_folder_remedy(text)
    return f"{line} {_ending(status)}{indented}{room}"


def _temporary_folder_remedy(text: str) -> str:
    """Return a line that says so where the text speaks of a TMPDIR that cannot be used."""
    folder = os.environ.get("TMPDIR", "")
    if not folder or folder not in text:
        return ""
    if (
        Path(folder).is_absolute()
        and Path(folder).is_dir()
        and os.access(folder, os.W_OK | os.X_OK)
    ):
        return ""
    return remedy_lines(
        f"TMPDIR={folder}: expected the absolute path of a folder that you may write to;"
        " name one, or unset TMPDIR"
    )


def _ending(status: int | str | None) -> str:
    """Say how a command failed: by itself, or by a signal, which is a negative status."""
    if isinstance(status, int) and status < 0:
        killed = f"was killed by {Signals(-status).name}"
        return f"{killed} (by the kernel, if no memory was left)" if -status == SIGKILL else killed
    return f"failed with exit status {status}"


def shown(command: BaseCommand) -> tuple[str, frozenset[str]]:
    """Return the command line as it may be shown, and the secrets that stood in it."""
    words = tuple(shlex.split(str(command)))
    redacted = redact_words(words)
    if redacted.words == words:
        return str(command), redacted.secrets
    return " ".join(map(_quoted, redacted.words)), redacted.secrets


def _quoted(word: str) -> str:
    """Quote a word for the shell; a mask and the sign of a pipeline need no quotes."""
    bare = word.replace(MASK, "")
    return word if word == "|" or shlex.quote(bare) in {bare, "''"} else shlex.quote(word)

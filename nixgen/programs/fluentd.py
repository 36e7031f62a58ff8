"""fluentd: what it says of a configuration without running it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from nixgen.errors import BuildError
from nixgen.files.left_over import temporary_folder
from nixgen.programs.process import failure_message, find_program

_REMEDY = "name the program with --fluentd, or pass the package with `-- --arg fluentd ...`"
_ENTRY = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ \[(\w+)\]: ", re.MULTILINE)
_CONFIG_ERROR = re.compile(r'config error .*error="(.*)"', re.DOTALL)
_NOT_USED = "is not used"
_VARIABLE = re.compile(r"ENV\['(\w+)'\] \|\| abort")
_FORWARD = re.compile(r"^( +)@type forward$", re.MULTILINE)


@frozen
class Fluentd:
    """A program fluentd, and the folder of the plugins that it does not find itself."""

    program: str
    plugins: Path | None = None

    def complaints(self, conf: str) -> list[str]:
        """Return what a dry run finds wrong with the configuration: errors, and unused names.

        Hosts need not be known on this machine. Raises UsageError when there is no such program,
        and BuildError when it fails without saying what is wrong with the configuration.
        """
        plugins = ["-p", str(self.plugins)] if self.plugins else []
        with temporary_folder() as folder:
            file = folder / "fluentd.conf"
            file.write_text(_with_unknown_hosts(conf), encoding="utf-8")
            command = find_program(self.program, remedy=_REMEDY)
            dry_run = command["--dry-run", *plugins, "-c", str(file)]
            status, log, errors = dry_run.with_env(**_stand_ins(conf)).run(retcode=None)
        found = list(_complaints(log))
        if status and not found:
            lines = [line for line in errors.splitlines() if not line.startswith("\tfrom")]
            raise BuildError(failure_message(command, status, lines))
        return found


def _stand_ins(conf: str) -> dict[str, str]:
    """Return values of the variables that containers give, as far as this machine has none.

    One is a number, a truth and a text.
    """
    return {name: "1" for name in _VARIABLE.findall(conf) if name not in os.environ}


def _with_unknown_hosts(conf: str) -> str:
    """Let outputs forward to hosts that have no address here; sources have no such parameter."""
    setting = r"\g<0>\n\1ignore_network_errors_at_startup true"
    sections = conf.split("\n\n")
    return "\n\n".join(
        _FORWARD.sub(setting, section) if section.startswith(("<match", "<label")) else section
        for section in sections
    )


def _complaints(log: str) -> Iterator[str]:
    _, *entries = _ENTRY.split(log)
    for level, entry in zip(entries[::2], entries[1::2], strict=True):
        text = entry.strip()
        if level == "error" and (error := _CONFIG_ERROR.match(text)):
            yield error[1]
        elif level == "warn" and _NOT_USED in text:
            what, *section = text.splitlines()
            yield f"{what} {_NOT_USED}" if section else what

"""Nix's structured log (`--log-format internal-json`): what is built, how far, and what failed.

The format has no specification; its kinds of activities and results are those of
src/libutil/logging.hh in Nix, which have kept their numbers since Nix 2.0.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable
from typing import Any

from attrs import Factory, define, field, frozen

from nixgen.programs.nix_aggregate import is_aggregate, is_failed_aggregate
from nixgen.programs.nix_message import own_words, without_escapes

_PREFIX = "@nix "
_TRACE_HINT = "(use '--show-trace'"
_COPY_PATH, _BUILDS, _BUILD = 100, 104, 105
_BUILD_LOG_LINE, _PROGRESS = 101, 105
_ERROR_LEVEL = 0
_STORE_NAME = re.compile(r"/.*/[0-9a-z]{32}-(.*?)(\.drv)?")
_KEPT_FOLDER = re.compile(r"(note: )?keeping build directory '")
_TAIL_LINES = 20
_KEPT_BUILDS = 50  # an error may be reported after its build, and others, have ended


@frozen
class Step:
    """Something that Nix begins to do: a text, and how many builds of how many are done."""

    text: str
    done: int
    expected: int

    def __str__(self) -> str:
        return f"[{self.done}/{self.expected}] {self.text}"


@frozen
class Build:
    """A build that runs: its derivation, and the end of its log."""

    derivation: str
    log: deque[str] = field(factory=lambda: deque(maxlen=_TAIL_LINES))


@define
class NixLog:
    """Reads the log line by line: steps go to `on_step`, what explains a failure is returned.

    With `trace` errors are told with the whole way that Nix came to them. `kept` holds what Nix
    says of the folders that it keeps of failed builds. `aggregates` are as many builds that nobody
    asked for (nix_aggregate.py): they are not told.
    """

    on_step: Callable[[Step], object] = str
    trace: bool = False
    aggregates: int = 0
    kept: list[str] = Factory(list)
    _done: int = 0
    _expected: int = 0
    _builds: int | None = None
    _running: dict[int, Build] = Factory(dict)
    _ended: deque[Build] = Factory(lambda: deque(maxlen=_KEPT_BUILDS))

    def read(self, line: str) -> list[str]:
        """Take in a line; return the lines that belong into the message of a failure."""
        if not line.startswith(_PREFIX):
            return [] if line.strip().startswith(_TRACE_HINT) else [line]
        event = json.loads(line.removeprefix(_PREFIX))
        match event["action"]:
            case "start":
                self._start(event["id"], event["type"], event.get("fields", []))
            case "result":
                self._result(event["id"], event["type"], event["fields"])
            case "stop":
                self._stop(event["id"])
            case "msg" if event["level"] == _ERROR_LEVEL:
                said = own_words(event)
                if self.trace and (text := without_escapes(event.get("raw_msg") or "")):
                    # A message holds the end of what is said: the text has to stand there.
                    said = f"{without_escapes(event['msg'])}\nerror: {text}"
                return self._explain(said)
        return []

    def _start(self, activity: int, kind: int, fields: list[Any]) -> None:
        if kind == _BUILDS:
            self._builds = activity
        elif kind == _BUILD and not is_aggregate(fields[0]):
            self._running[activity] = Build(fields[0])
            self._step("building", fields[0])
        elif kind == _COPY_PATH:
            self._step("copying", fields[0])

    def _stop(self, activity: int) -> None:
        if build := self._running.pop(activity, None):
            self._ended.append(build)

    def _step(self, verb: str, path: str) -> None:
        match = _STORE_NAME.fullmatch(path)
        name = match[1] if match else path
        self.on_step(Step(f"{verb} {name}", self._done, self._expected))

    def _result(self, activity: int, kind: int, fields: list[Any]) -> None:
        if kind == _BUILD_LOG_LINE and activity in self._running:
            self._running[activity].log.append(without_escapes(fields[0]))
        elif kind == _PROGRESS and activity == self._builds:
            self._done, expected, running = fields[:3]
            self._expected = max(self._done + running, expected - self.aggregates)

    def _explain(self, message: str) -> list[str]:
        """Return the lines of the message, and those of the log of the build that it names."""
        if _KEPT_FOLDER.match(message):
            self.kept.append(message)
            return []
        if is_failed_aggregate(message):
            return []
        builds = [*self._ended, *self._running.values()]
        named = [build for build in builds if build.derivation in message]
        lines = [line for line in message.splitlines() if not line.startswith(_TRACE_HINT)]
        return [*lines, *(f"  {line}" for build in named for line in build.log)]

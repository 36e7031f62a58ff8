"""The errors that nixgen raises, one root, and the exit status of each kind.

Messages say what happened, where, what was expected, what was given and what to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, ClassVar, Self


class ExitStatus(IntEnum):
    """Exit statuses of the `nixgen` command; documented in docs/command-line.md."""

    DONE = 0
    CHECK_FAILED = 1
    USAGE = 2
    DEFINITION = 3
    EVALUATION = 4
    BUILD = 5
    REGISTRY = 6
    INTERRUPTED = 130


def remedy_lines(*remedies: str | None) -> str:
    """Return the lines behind a message, such as what to do, each indented by two blanks."""
    return "".join(f"\n  {remedy}" for remedy in remedies if remedy is not None)


class NixgenError(Exception):
    """The root of every error that nixgen raises on purpose."""

    exit_status: ClassVar[ExitStatus] = ExitStatus.CHECK_FAILED

    def __init__(self, what: object = "", *remedies: str | None) -> None:
        super().__init__(f"{what}{remedy_lines(*remedies)}")

    def amended(self, text: str) -> Self:
        """Return the error itself, with more at the end of its message."""
        self.args = (f"{self}{text}",)
        return self

    def with_remedies(self, *remedies: str | None) -> Self:
        """Return the error itself, with more that helps."""
        return self.amended(remedy_lines(*remedies))


class UsageError(NixgenError):
    """The command line, or the machine it runs on, does not allow what was asked."""

    exit_status = ExitStatus.USAGE


class EvaluationError(NixgenError):
    """Nix could not evaluate the project's files."""

    exit_status = ExitStatus.EVALUATION


class BuildError(NixgenError):
    """Nix could not build or fetch something, or a container could not be started."""

    exit_status = ExitStatus.BUILD


class RegistryError(NixgenError):
    """A registry could not be reached, refused something or holds something else."""

    exit_status = ExitStatus.REGISTRY


@dataclass(frozen=True)
class Location:
    """Where a definition stands: a file as the user names it, and a line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, eq=False)
class Problem:
    """What is wrong with one value of a definition.

    `field` is the path of the value below its owner, such as `after[0]`; `given` is the
    value as a Python literal; `expected` completes the sentence "expected ...". `attribute` is
    the image's name in `dockerImages`, `image` its name in a registry.
    """

    field: str
    expected: str
    given: str | None = None
    attribute: str | None = None
    image: str | None = None
    service: str | None = None
    remedy: str | None = None
    location: Location | None = None

    def __str__(self) -> str:
        given = "" if self.given is None else f", got {self.given}"
        place = "" if self.location is None else str(self.location)
        sentence = f"expected {self.expected}{given}{remedy_lines(self.remedy)}"
        return ": ".join(filter(None, [place, self._path(), sentence]))

    def _path(self) -> str:
        owner = f'image "{self.image}"' if self.image else ""
        if self.attribute:
            owner = f"dockerImages.{self.attribute}"
        service = [f"services.{_attribute(self.service)}"] if self.service else []
        value = ".".join([*service, *([self.field] if self.field else [])])
        return ": ".join(filter(None, [owner, value]))


def _attribute(name: str) -> str:
    """Return the name as part of a path, in quotes where a dot or blank could be misread."""
    return name if re.fullmatch(r"[\w-]+", name) else f'"{name}"'


class DefinitionError(NixgenError):
    """A definition is wrong; `problem` tells where and why, and `others` what else is wrong."""

    exit_status = ExitStatus.DEFINITION

    def __init__(self, problem: Problem, *others: Problem) -> None:
        super().__init__("\n".join(map(str, (problem, *others))))
        self.problem = problem
        self.others = others

    def located(self, **context: Any) -> DefinitionError:
        """Return the error with what it still lacks of attribute, image, service, location."""
        return DefinitionError(*(_located(each, context) for each in (self.problem, *self.others)))


def _located(problem: Problem, context: dict[str, Any]) -> Problem:
    lacking = {name: value for name, value in context.items() if getattr(problem, name) is None}
    return replace(problem, **lacking)

"""Which of the started containers a subcommand means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from nixgen.errors import UsageError
from nixgen.programs.containers import ENGINES, Engine
from nixgen.programs.started_containers import Started

engine_option: Callable[[Any], Any] = click.option(
    "--engine", type=click.Choice(ENGINES), help="What runs the containers: podman first."
)


def containers_of(folder: Path, started: Sequence[Started], name: str) -> list[Started]:
    """Return the containers of the project's image, or the one of that name or id, newest first."""
    project = str(folder.resolve())
    attribute = name.removeprefix("dockerImages.").removeprefix("pulled.")
    return [each for each in started if each.is_called(name)] or [
        each for each in started if each.image == attribute and each.project == project
    ]


def find_container(folder: Path, engine: Engine, name: str, *, running: bool) -> Started:
    """Return the newest container of the image, or the one of that name or id.

    Raises UsageError when there is none, or none that runs where one is asked for.
    """
    found = containers_of(folder, engine.started(), name)
    usable = [each for each in found if each.runs or not running]
    if not usable:
        raise unknown(name, found)
    return usable[0]


def unknown(name: str, found: Sequence[Started] = ()) -> UsageError:
    """Return the error for a word that names no container, or only those that have ended."""
    if found:
        return UsageError(
            f"{name}: expected a container that runs, got one that has ended",
            f"`nixgen logs {name}` shows what it said",
        )
    return UsageError(
        f"{name}: expected an image or a container that `nixgen run` has started",
        f"`nixgen ps --all` shows them, `nixgen run {name}` starts one",
    )

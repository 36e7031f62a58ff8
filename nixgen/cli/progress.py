"""Show how far Nix is: a line for each step, or on a terminal one line that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from nixgen.cli.terminal import CLEAR_LINE, fitted, moves_cursor

if TYPE_CHECKING:
    from nixgen.programs.nix_log import Step


@contextmanager
def progress() -> Iterator[Callable[[Step], None]]:
    """Give a function that shows a step on standard error."""
    terminal = moves_cursor()

    def show(step: Step) -> None:
        if terminal:
            click.echo(f"{CLEAR_LINE}{fitted(str(step))}", nl=False, err=True)
        else:
            click.echo(str(step), err=True)

    try:
        yield show
    finally:
        if terminal:
            click.echo(CLEAR_LINE, nl=False, err=True)

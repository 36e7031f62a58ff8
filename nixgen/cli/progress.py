"""Show how far Nix is: a line for each step, or on a terminal one line that changes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nixgen.commands.nix_log import Step

_CLEAR_LINE = "\r\x1b[K"


@contextmanager
def progress() -> Iterator[Callable[[Step], None]]:
    """Give a function that shows a step on standard error."""
    terminal = sys.stderr.isatty()

    def show(step: Step) -> None:
        text = str(step)
        if terminal:
            width = shutil.get_terminal_size().columns
            click.echo(f"{_CLEAR_LINE}{text[: width - 1]}", nl=False, err=True)
        else:
            click.echo(text, err=True)

    try:
        yield show
    finally:
        if terminal:
            click.echo(_CLEAR_LINE, nl=False, err=True)

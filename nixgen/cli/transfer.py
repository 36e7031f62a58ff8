"""Show on a terminal how much has been sent to a registry."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from nixgen.cli.table import byte_size
from nixgen.cli.terminal import CLEAR_LINE, fitted, moves_cursor

_SECONDS_BETWEEN_UPDATES = 0.1


@contextmanager
def transfer_progress() -> Iterator[Callable[[int], None]]:
    """Give a function, for any thread, that counts bytes and shows their sum on a terminal."""
    if not moves_cursor():
        yield lambda size: None
        return
    lock = threading.Lock()
    total, shown_at = 0, 0.0

    def count(size: int) -> None:
        nonlocal total, shown_at
        with lock:
            total += size
            if time.monotonic() - shown_at >= _SECONDS_BETWEEN_UPDATES:
                shown_at = time.monotonic()
                click.echo(f"{CLEAR_LINE}{fitted(f'sent {byte_size(total)}')}", nl=False, err=True)

    try:
        yield count
    finally:
        click.echo(CLEAR_LINE, nl=False, err=True)

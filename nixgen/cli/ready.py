"""Say when a container that was started answers at its published ports."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

import click

from nixgen.programs.published_ports import Address, addresses

_PAUSE = 0.3  # seconds between two questions


@contextmanager
def saying_when_ready(ports: Sequence[str]) -> Iterator[None]:
    """Ask the published ports until each has answered in HTTP once, or the block ends.

    Ports that speak something else are never said to be ready.
    """
    ended = Event()
    asked = addresses(ports)
    if asked:
        Thread(target=_ask, args=(asked, ended), daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _ask(waiting: list[Address], ended: Event) -> None:
    began = time.monotonic()
    while waiting and not ended.wait(_PAUSE):
        for address in [each for each in waiting if each.answers()]:
            waiting.remove(address)
            if not ended.is_set():
                seconds = time.monotonic() - began
                click.echo(f"ready at {address.url} ({seconds:.1f} s)", err=True)

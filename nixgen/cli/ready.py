"""Say when a container that was started answers at its published ports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

import click

from nixgen.errors import NixgenError
from nixgen.programs.published_ports import addresses

_PAUSE = 0.3  # seconds between two questions


@contextmanager
def saying_when_ready(find_ports: Callable[[], Sequence[str]]) -> Iterator[None]:
    """Ask the published ports until each has answered in HTTP once, or the block ends.

    Ports that speak something else are never said to be ready. `find_ports` is called beside the
    block, which begins at once.
    """
    ended = Event()
    Thread(target=_ask, args=(find_ports, ended), daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _ask(find_ports: Callable[[], Sequence[str]], ended: Event) -> None:
    began = time.monotonic()
    try:
        waiting = addresses(find_ports())
    except NixgenError:
        return  # whoever follows the container learns of it
    while waiting and not ended.wait(_PAUSE):
        for address in [each for each in waiting if each.answers()]:
            waiting.remove(address)
            if not ended.is_set():
                seconds = time.monotonic() - began
                click.echo(f"ready at {address.url} ({seconds:.1f} s)", err=True)

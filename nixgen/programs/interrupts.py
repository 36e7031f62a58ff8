"""Interrupts, put off while something that has begun must be finished."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

_INTERRUPTS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts_later(*, patience: float | None = None) -> Iterator[None]:
    """Put interrupts off until the end of the block, but for those that the process ignores.

    With `patience` one that comes so many seconds after the first is not put off, so that what
    hangs can be left: KeyboardInterrupt. Within another such block, they are put off until its end.
    """
    received: list[int] = []
    begun = time.monotonic()

    def put_off(number: int, _: object) -> None:
        nonlocal begun
        now = time.monotonic()
        begun = begun if received else now
        received.append(number)
        if patience is not None and now - begun > patience:
            raise KeyboardInterrupt

    minded = [number for number in _INTERRUPTS if signal.getsignal(number) != signal.SIG_IGN]
    handlers = {number: signal.signal(number, put_off) for number in minded}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for each in received:
        signal.raise_signal(each)

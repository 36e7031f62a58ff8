"""Interrupts, put off while something that has begun must be finished."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_INTERRUPTS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts_later(*, at_most: int | None = None) -> Iterator[None]:
    """Put interrupts off until the end of the block, or so many of them; KeyboardInterrupt then.

    Within another such block, they are put off until its end.
    """
    received: list[int] = []

    def put_off(number: int, _: object) -> None:
        received.append(number)
        if at_most is not None and len(received) > at_most:
            raise KeyboardInterrupt

    handlers = {number: signal.signal(number, put_off) for number in _INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for each in received:
        signal.raise_signal(each)

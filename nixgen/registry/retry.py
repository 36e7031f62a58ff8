"""Try again what is worth it, after pauses that grow."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from nixgen.errors import RegistryError

T = TypeVar("T")

_random = random.SystemRandom()


class TransientError(RegistryError):
    """A failure that may pass; `pause` is how many seconds the registry asks for, if it does."""

    def __init__(self, message: str, pause: float | None = None) -> None:
        super().__init__(message)
        self.pause = pause


class StoppedError(RegistryError):
    """Work was given up because other work failed or the user interrupted it."""


@dataclass(frozen=True)
class Retry:
    """How often to try in all, and how many seconds to pause before the second time and at most.

    `notify` is told of each failure that is tried again; `stop` ends all trying when it is set.
    """

    attempts: int = 6
    first_pause: float = 0.5
    longest_pause: float = 30.0
    notify: Callable[[str], None] = field(default=lambda message: None)
    stop: threading.Event = field(default_factory=threading.Event)

    def __call__(self, action: Callable[[], T]) -> T:
        """Return what the action returns, trying again after each TransientError.

        Raises the last TransientError, with the number of attempts, when none is left. A pause
        that the registry asks for is kept up to the longest one.
        """
        for attempt in range(self.attempts):
            self.check_stop()
            try:
                return action()
            except TransientError as error:
                if attempt == self.attempts - 1:
                    if attempt:
                        raise error.amended(f" ({self.attempts} attempts)") from None
                    raise
                pause = self._pause(attempt, error.pause)
                asked = f" instead of {error.pause:.0f}" if (error.pause or 0) > pause else ""
                self.notify(f"{error}; trying again in {pause:.1f} s{asked}")
                self.stop.wait(pause)
        raise AssertionError("a Retry has at least one attempt")

    def check_stop(self) -> None:
        """Raise StoppedError when all work is to end."""
        if self.stop.is_set():
            raise StoppedError("stopped")

    def _pause(self, attempt: int, asked: float | None) -> float:
        grown = min(self.first_pause * 2**attempt, self.longest_pause)
        spread: float = grown * _random.uniform(0.5, 1)
        return spread if asked is None else min(max(asked, spread), self.longest_pause)

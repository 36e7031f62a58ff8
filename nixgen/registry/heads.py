"""HEAD requests, which are a shortcut: whatever they tell, GET tells too."""

from __future__ import annotations

from typing import Any

from nixgen.errors import RegistryError
from nixgen.registry.answers import Answer
from nixgen.registry.retry import StoppedError
from nixgen.registry.transport import Transport

_PATIENCE = 10.0  # seconds of silence
_MOST_FAILURES = 2


class Heads:
    """Asks one registry by HEAD, until it has failed to answer twice in a row."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._failures = 0

    def ask(self, path: str, **how: Any) -> Answer | None:
        """Return the answer, or None when it says nothing and GET has to be asked.

        Takes what Transport.request takes. Whatever is wrong, GET will tell.
        """
        if self._failures >= _MOST_FAILURES:
            return None
        try:
            answer = self._transport.request("HEAD", path, patience=_PATIENCE, **how)
        except StoppedError:
            raise
        except RegistryError:
            self._failures += 1
            return None
        if answer.status == 401 or answer.is_missing or 200 <= answer.status < 400:
            self._failures = 0
            return answer
        self._failures += 1
        return None

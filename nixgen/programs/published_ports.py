"""Published ports of a container, and whether something speaks HTTP there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException

from attrs import frozen

_ANYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104
_PATIENCE = 2  # seconds that an answer may take


@frozen
class Address:
    """Where a published port of a container is reached from this machine."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address for a browser."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def answers(self) -> bool:
        """Tell whether a server answers in HTTP now, whatever it answers."""
        with closing(HTTPConnection(self.host, self.port, timeout=_PATIENCE)) as connection:
            try:
                connection.request("GET", "/")
                connection.getresponse()
            except (OSError, HTTPException):
                return False
        return True


def addresses(ports: Sequence[str]) -> list[Address]:
    """Return where TCP ports such as `0.0.0.0:8080->80/tcp` are reached, each once."""
    found = []
    for port in ports:
        place, _, inside = port.partition("->")
        host, _, number = place.rpartition(":")
        if inside.endswith("/tcp") and number:
            found.append(Address("localhost" if host in _ANYWHERE else host, int(number)))
    return list(dict.fromkeys(found))

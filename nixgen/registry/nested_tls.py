"""TLS inside of TLS, for proxies that are themselves reached over TLS."""

from __future__ import annotations

import io
import ssl
from collections.abc import Callable
from typing import Any, TypeVar

R = TypeVar("R")

_BLOCK = 1 << 16


class NestedTls:
    """A connection over TLS within another, with what http.client asks of a socket.

    `context` and `name` are as SSLContext.wrap_socket takes them, which cannot wrap such a
    connection. Raises OSError as sockets do.
    """

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, name: str) -> None:
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._exchange(self._inner.do_handshake)

    def _exchange(self, action: Callable[[], R]) -> R:
        """Do something of TLS, and send and receive what it takes."""
        while True:
            try:
                result = action()
            except ssl.SSLWantReadError:
                self._flush()
                received = self._outer.recv(_BLOCK)
                if received:
                    self._incoming.write(received)
                else:
                    self._incoming.write_eof()
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._outer.sendall(self._outgoing.read())

    def sendall(self, data: Any) -> None:
        """Send all bytes."""
        rest = memoryview(data).cast("B")
        while rest:
            sent = self._exchange(lambda block=rest: self._inner.write(block))  # type: ignore[misc]
            rest = rest[sent:]

    def receive(self, buffer: Any) -> int:
        """Receive as many bytes as there are, at least one before the end."""
        view = memoryview(buffer).cast("B")
        try:
            return self._exchange(lambda: self._inner.read(len(view), view))  # type: ignore[return-value]
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return 0

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a file to read from, which leaves the connection open when it is closed."""
        return io.BufferedReader(_Reader(self))

    def settimeout(self, seconds: float | None) -> None:
        """Set how many seconds the server may be silent."""
        self._outer.settimeout(seconds)

    def fileno(self) -> int:
        """Return the descriptor of the socket below."""
        return self._outer.fileno()

    def close(self) -> None:
        """End the connection."""
        self._outer.close()


class _Reader(io.RawIOBase):
    def __init__(self, source: NestedTls) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._source.receive(buffer)

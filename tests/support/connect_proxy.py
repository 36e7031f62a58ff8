"""A proxy for connections (RFC 9110, CONNECT) that leads all of them to one port."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer

_BLOCK = 1 << 16


class ConnectProxy(ThreadingTCPServer):
    """Accepts every name; `asked_for` lists the names, as HOST:PORT.

    With `authorization` it wants to be told that by whoever asks.
    """

    daemon_threads = True

    def __init__(self, port: int, authorization: str | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.backend_port = port
        self.authorization = authorization
        self.asked_for: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(StreamRequestHandler):
    server: ConnectProxy
    rbufsize = 0

    def handle(self) -> None:
        name = self.rfile.readline().split()[1].decode()
        headers = []
        while line := self.rfile.readline().strip():
            headers.append(line.decode().lower())
        wanted = self.server.authorization
        if wanted and f"proxy-authorization: {wanted}".lower() not in headers:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        self.server.asked_for.append(name)
        with socket.create_connection(("127.0.0.1", self.server.backend_port)) as backend:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=_relay, args=(backend, self.connection))
            back.start()
            _relay(self.connection, backend)
            back.join()


def _relay(source: socket.socket, target: socket.socket) -> None:
    try:
        while block := source.recv(_BLOCK):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def connect_proxy(port: int, authorization: str | None = None) -> Iterator[ConnectProxy]:
    """Run the proxy in front of the port."""
    proxy = ConnectProxy(port, authorization)
    threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()

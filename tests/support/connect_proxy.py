"""A proxy for connections (RFC 9110, CONNECT) that leads all of them to one port."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer

from registry import Certificate

_BLOCK = 1 << 16


class ConnectProxy(ThreadingTCPServer):
    """Accepts every name; `asked_for` lists the names, as HOST:PORT.

    With `authorization` it wants to be told that by whoever asks.
    """

    daemon_threads = True

    def __init__(self, port: int, authorization: str | None, tls: Certificate | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "https" if tls else "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.certificate, tls.key)
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
        self.backend_port = port
        self.authorization = authorization
        self.asked_for: list[str] = []

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"


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
            _relay(self.connection, backend)


def _relay(client: socket.socket, backend: socket.socket) -> None:
    """Pass on bytes both ways until one end has no more."""
    others = {client: backend, backend: client}
    with suppress(OSError):
        while True:
            unread = isinstance(client, ssl.SSLSocket) and client.pending()
            for source in [client] if unread else select.select([client, backend], [], [])[0]:
                block = source.recv(_BLOCK)
                if not block:
                    return
                others[source].sendall(block)


@contextmanager
def connect_proxy(
    port: int, authorization: str | None = None, *, tls: Certificate | None = None
) -> Iterator[ConnectProxy]:
    """Run the proxy in front of the port, itself reached over TLS if there is a certificate."""
    proxy = ConnectProxy(port, authorization, tls)
    threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()

"""Connections to a registry and the servers it names, kept open and shared by all threads."""

from __future__ import annotations

import gzip
import http.client
import os
import select
import ssl
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from nixgen.errors import UsageError
from nixgen.registry.address import Registry
from nixgen.registry.answers import Answer
from nixgen.registry.failures import Failures
from nixgen.registry.headers import Headers
from nixgen.registry.proxies import Proxies
from nixgen.registry.routes import Connection, ProxyFailure, RefusedTunnelError, Route, to_route

_CERTIFICATE_FOLDERS = ("/etc/containers/certs.d", "/etc/docker/certs.d")
_LONGEST_SILENCE = 120.0  # seconds
_PROXY_ASKS = 407


class Connections:
    """The connections that are kept open; `insecure` verifies no TLS of the registry."""

    def __init__(
        self, registry: Registry, *, insecure: bool, authorities: Sequence[Path] = ()
    ) -> None:
        self._failures = Failures(registry)
        self._verifying = partial(_verifying_context, registry, authorities)
        self._context = _tolerant_context() if insecure else self._verifying()
        _load_own_certificates(self._context, registry)
        self._proxies = Proxies(os.environ)
        self._idle: dict[Route, list[Connection]] = defaultdict(list)
        self._lock = threading.Lock()

    def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Any = None,
        *,
        patience: float = _LONGEST_SILENCE,
        read: bool = True,
    ) -> Answer:
        """Send one request and return the answer, its body left unread unless `read`.

        `patience` is how many seconds the server may be silent. Raises TransientError when the
        connection fails, RegistryError when trying again is useless.
        """
        route = to_route(url, self._proxies.find(url))
        with self._connection(route) as connection:
            connection.sock.settimeout(patience)
            own = {"User-Agent": "nixgen", **connection.proxy_headers(), **headers}
            with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before
                connection.request(method, route.target(url), body, own)
            response = connection.getresponse()
            content = _decoded(response) if read else b""
            if not read:
                connection.close()  # what is not read would stand before the next answer
        if response.status == _PROXY_ASKS and route.proxy:
            refused = RefusedTunnelError(response.status, response.reason)
            raise self._failures.of_proxy(route, refused)
        found = Headers(response.getheaders())
        return Answer(response.status, found, content, url)

    @contextmanager
    def _connection(self, route: Route) -> Iterator[Connection]:
        """Lend a connection to one thread; one in trouble is not used again."""
        connection = self._take(route)
        try:
            yield connection
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._failures.of_connection(route, error) from error
        except BaseException:
            connection.close()
            raise
        if connection.sock is not None:
            with self._lock:
                self._idle[route].append(connection)

    def _take(self, route: Route) -> Connection:
        while idle := self._pop(route):
            if _is_open(idle):
                return idle
            idle.close()
        try:
            return Connection(route, self._context, self._verifying)
        except (ProxyFailure, RefusedTunnelError) as error:
            raise self._failures.of_proxy(route, error.__cause__ or error) from error
        except OSError as error:
            raise self._failures.of_opening(route, error) from error

    def _pop(self, route: Route) -> Connection | None:
        with self._lock:
            return self._idle[route].pop() if self._idle[route] else None


def _decoded(response: http.client.HTTPResponse) -> bytes:
    """Read the body, as it was before it was compressed for travelling."""
    content = response.read()
    try:
        match (response.getheader("Content-Encoding") or "").lower():
            case "gzip" | "x-gzip":
                return gzip.decompress(content) if content else content
            case "deflate":
                return zlib.decompress(content) if content else content
    except (EOFError, OSError, zlib.error) as error:
        raise http.client.HTTPException("what was compressed is damaged") from error
    return content


def _is_open(connection: Connection) -> bool:
    """Tell whether the server has not ended an idle connection: there is nothing to read on it."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)


def _tolerant_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _verifying_context(registry: Registry, authorities: Sequence[Path]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    # Private authorities often lack what Python asks for since 3.13, and docker does not.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    for file in [*authorities, *_certificates(registry, "*.crt")]:
        try:
            context.load_verify_locations(file)
        except OSError as error:
            raise UsageError(
                f"{file}: expected certificates in PEM form ({error.strerror or error})"
            ) from None
    return context


def _load_own_certificates(context: ssl.SSLContext, registry: Registry) -> None:
    for own in _certificates(registry, "*.cert"):
        context.load_cert_chain(own, own.with_suffix(".key"))


def _certificates(registry: Registry, pattern: str) -> Iterator[Path]:
    for folder in _CERTIFICATE_FOLDERS:
        yield from sorted(Path(folder, registry.host).glob(pattern))

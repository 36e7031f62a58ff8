"""How a server is reached: directly or through a proxy, over TLS or in the clear.

Sources: RFC 9110 (section 9.3.6, CONNECT) and RFC 9112 (section 3.2, forms of a request's target).
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from nixgen.registry.hosts import DEFAULT_PORTS, host_name, port
from nixgen.registry.nested_tls import NestedTls
from nixgen.registry.proxies import Proxy

_BLOCK = 1 << 20  # bytes that are sent at once
_LONGEST_TO_CONNECT = 10.0  # seconds
_MAY_STAND = "%/:=&?~+!$,;'@()*[]"  # in a path or query, besides letters, digits and _.-


class ProxyFailure(Exception):  # noqa: N818 (what went wrong is its cause)
    """The proxy could not be reached."""


class RefusedTunnelError(Exception):
    """The proxy does not lead to the server; `status` is what it answered."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}".strip())
        self.status = status


@dataclass(frozen=True)
class Route:
    """A server and the proxy before it, if there is one."""

    scheme: str
    host: str
    port: int
    proxy: Proxy | None

    @property
    def authority(self) -> str:
        """The server's host and port in one word."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def netloc(self) -> str:
        """The same as a URL has it: without the port that goes without saying."""
        return self.authority.removesuffix(f":{DEFAULT_PORTS[self.scheme]}")

    @property
    def is_tunnelled(self) -> bool:
        """Whether the proxy passes on bytes; it does so for TLS, and else reads the requests."""
        return self.proxy is not None and self.scheme == "https"

    def target(self, url: str) -> str:
        """Return what stands in the first line of a request for a URL."""
        split = urlsplit(url)
        reference = f"{split.path or '/'}{'?' if split.query else ''}{split.query}"
        target = quote(reference, _MAY_STAND, "latin-1", "replace")
        if self.proxy is None or self.is_tunnelled:
            return target
        return f"{self.scheme}://{self.netloc}{target}"


def to_route(url: str, proxy: Proxy | None) -> Route:
    """Return the route to a URL's server."""
    split = urlsplit(url)
    return Route(split.scheme, host_name(split), port(split), proxy)


class _FinalResponse(http.client.HTTPResponse):
    """An answer: those that only announce it (RFC 9110, 15.2) are passed over."""

    def _read_status(self) -> tuple[str, int, str]:
        status: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
        while 100 < status[1] < 200:
            http.client.parse_headers(self.fp)
            status = super()._read_status()  # type: ignore[misc]
        return status


class Connection(http.client.HTTPConnection):
    """An open connection along a route; `to_proxy` makes the context for a proxy's own TLS.

    Raises ProxyFailure, RefusedTunnelError, or OSError.
    """

    response_class = _FinalResponse

    def __init__(
        self,
        route: Route,
        context: ssl.SSLContext,
        to_proxy: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        super().__init__(route.host, route.port, blocksize=_BLOCK)
        self.default_port = DEFAULT_PORTS[route.scheme]
        self.route = route
        self._context, self._to_proxy = context, to_proxy
        self.connect()

    def connect(self) -> None:
        """Open it, through the proxy if there is one."""
        route, proxy = self.route, self.route.proxy
        opened: Any
        if proxy is None:
            opened = _open(route.host, route.port)
        else:
            opened = _open_proxy(proxy, self._to_proxy)
            if route.is_tunnelled:
                _lead_to(route.authority, opened, proxy)
        if route.scheme == "https":
            opened = _in_tls(opened, self._context, route.host)
        self.sock = opened

    def proxy_headers(self) -> Mapping[str, str]:
        """Return what a proxy that reads the requests is told."""
        proxy = self.route.proxy
        if proxy is None or proxy.authorization is None or self.route.is_tunnelled:
            return {}
        return {"Proxy-Authorization": proxy.authorization}


def _open(host: str, port: int) -> socket.socket:
    opened = socket.create_connection((host, port), _LONGEST_TO_CONNECT)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def _open_proxy(proxy: Proxy, to_context: Callable[[], ssl.SSLContext]) -> Any:
    address = urlsplit(proxy.url)
    try:
        opened = _open(host_name(address), port(address))
        if address.scheme == "https":
            return _in_tls(opened, to_context(), host_name(address))
        return opened
    except OSError as error:
        raise ProxyFailure from error


def _lead_to(authority: str, opened: socket.socket, proxy: Proxy) -> None:
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    try:
        opened.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        answer = http.client.HTTPResponse(opened, method="CONNECT")
        answer.begin()
    except (OSError, http.client.HTTPException) as error:
        opened.close()
        raise ProxyFailure from error
    if not 200 <= answer.status < 300:
        opened.close()
        raise RefusedTunnelError(answer.status, answer.reason)


def _in_tls(opened: socket.socket, context: ssl.SSLContext, name: str) -> Any:
    try:
        if isinstance(opened, ssl.SSLSocket):
            return NestedTls(opened, context, name)
        return context.wrap_socket(opened, server_hostname=name)
    except BaseException:
        opened.close()
        raise

"""Connections to a registry and the servers it names, and every way in which they fail."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ProxyError

from nixgen.errors import RegistryError
from nixgen.registry.address import Registry
from nixgen.registry.answers import Answer
from nixgen.registry.proxies import Proxies, Proxy
from nixgen.registry.retry import TransientError

_BLOCK = 1 << 20
_CERTIFICATE_FOLDERS = ("/etc/containers/certs.d", "/etc/docker/certs.d")
_LONGEST_TO_CONNECT = 10.0  # seconds
_LONGEST_SILENCE = 120.0  # seconds
_PASSING_TLS_ERRORS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


class _FinalResponse(http.client.HTTPResponse):
    """An answer: those that only announce it (RFC 9110, 15.2) are passed over."""

    def _read_status(self) -> tuple[str, int, str]:
        status: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
        while 100 < status[1] < 200:
            http.client.parse_headers(self.fp)
            status = super()._read_status()  # type: ignore[misc]
        return status


class _Connection(urllib3.connection.HTTPConnection):
    response_class = _FinalResponse


class _TlsConnection(urllib3.connection.HTTPSConnection):
    response_class = _FinalResponse


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Connections:
    """The connections that are kept open, shared by all threads; `insecure` verifies no TLS."""

    def __init__(self, registry: Registry, *, insecure: bool, each: int) -> None:
        self._registry = registry
        self._options: dict[str, Any] = {
            "ssl_context": _tls_context(registry, insecure),
            "maxsize": each,
            "block": True,
            "blocksize": _BLOCK,
        }
        self._proxies = Proxies(os.environ)
        self._managers: dict[Proxy | None, urllib3.PoolManager] = {}
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
        proxy = self._proxies.find(url)
        try:
            response = self._manager(proxy).request(
                method,
                url,
                headers={"User-Agent": "nixgen", **headers},
                body=body,
                redirect=False,
                retries=False,
                timeout=urllib3.Timeout(connect=_LONGEST_TO_CONNECT, read=patience),
                preload_content=read,
            )
        except (HTTPError, http.client.HTTPException) as error:
            raise self._failure(url, proxy, error) from _cause(error)
        if not read:
            response.close()  # what is not read would stand before the next answer
        return Answer(response.status, response.headers, response.data if read else b"", url)

    def _manager(self, proxy: Proxy | None) -> urllib3.PoolManager:
        with self._lock:
            if proxy not in self._managers:
                self._managers[proxy] = self._new_manager(proxy)
            return self._managers[proxy]

    def _new_manager(self, proxy: Proxy | None) -> urllib3.PoolManager:
        if proxy:
            headers = {"Proxy-Authorization": proxy.authorization} if proxy.authorization else {}
            manager: urllib3.PoolManager = urllib3.ProxyManager(
                proxy.url, proxy_headers=headers, **self._options
            )
        else:
            manager = urllib3.PoolManager(**self._options)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        return manager

    def _failure(self, url: str, proxy: Proxy | None, error: Exception) -> RegistryError:
        registry, cause = self._registry, _cause(error)
        if isinstance(error, ProxyError) and proxy:
            return _proxy_error(registry, proxy, cause or error)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return RegistryError(
                f"{registry}: the certificate was not accepted: {cause.verify_message}\n"
                "  SSL_CERT_FILE names further authorities; "
                f"--insecure-registry {registry.host} goes without verification"
            )
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, _PASSING_TLS_ERRORS):
            return _tls_error(registry, cause)
        if isinstance(error, NameResolutionError) or isinstance(cause, socket.gaierror):
            return RegistryError(f"{registry}: the host's name is unknown{_of(registry, url)}")
        lost = "the connection was lost"
        what = "no connection" if isinstance(error, NewConnectionError) else lost
        return TransientError(f"{registry}: {what}{_of(registry, url)} ({_reason(cause or error)})")


def _of(registry: Registry, url: str) -> str:
    """Name the host of a URL when it is not the registry's."""
    host = urlsplit(url).netloc
    return "" if host == registry.api_host else f" to {host}"


def _proxy_error(registry: Registry, proxy: Proxy, cause: BaseException) -> RegistryError:
    reason = _reason(cause)
    where = f"{registry}: the proxy {urlsplit(proxy.url).netloc}"
    if "407" in reason:
        return RegistryError(
            f"{where} does not accept the user name and password ({reason})\n"
            "  give them in the variable: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
        )
    if isinstance(cause, socket.gaierror):
        return RegistryError(f"{where}: the host's name is unknown")
    if "Tunnel connection failed: 4" in reason:
        return RegistryError(f"{where} refuses to connect ({reason})")
    return TransientError(f"{where}: no connection ({reason})")


def _tls_error(registry: Registry, cause: ssl.SSLError) -> RegistryError:
    if cause.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return RegistryError(
            f"{registry}: the registry does not speak TLS\n"
            f"  --insecure-registry {registry.host} allows to talk to it in the clear"
        )
    return RegistryError(f"{registry}: no agreement on TLS ({_reason(cause)})")


def _tls_context(registry: Registry, insecure: bool) -> ssl.SSLContext:
    if insecure:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = ssl.create_default_context()
    for folder in _CERTIFICATE_FOLDERS:
        for authority in sorted(Path(folder, registry.host).glob("*.crt")):
            context.load_verify_locations(authority)
        for own in sorted(Path(folder, registry.host).glob("*.cert")):
            context.load_cert_chain(own, own.with_suffix(".key"))
    return context


def _cause(error: BaseException) -> BaseException | None:
    """Return the error of the operating system or of TLS below what urllib3 made of it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError | OSError):
            return seen
        inner = [argument for argument in seen.args if isinstance(argument, BaseException)]
        seen = inner[-1] if inner else seen.__cause__ or seen.__context__
    return None


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__

"""What it means when a registry, or a server that it names, cannot be reached."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from nixgen.errors import RegistryError
from nixgen.registry.address import Registry
from nixgen.registry.hosts import host_name
from nixgen.registry.retry import TransientError
from nixgen.registry.routes import RefusedTunnelError, Route

_PASSING_TLS_ERRORS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_PROXY_ASKS = 407


@dataclass(frozen=True)
class Failures:
    """Tells what an exception means for a registry: TransientError is worth another attempt."""

    registry: Registry

    def of_opening(self, route: Route, error: OSError) -> RegistryError:
        """Return the error for a connection that did not come about."""
        if isinstance(error, socket.gaierror):
            return RegistryError(
                f"{self.registry}: the host's name is unknown{self._to(route)}",
                "mend the name of the registry, or see whether this machine is on the network",
            )
        return self._failure("no connection", route, error)

    def of_connection(self, route: Route, error: Exception) -> RegistryError:
        """Return the error for a connection that did not last."""
        return self._failure("the connection was lost", route, error)

    def _failure(self, what: str, route: Route, error: Exception) -> RegistryError:
        registry = self.registry
        if isinstance(error, ssl.SSLCertVerificationError):
            return RegistryError(
                f"{registry}: the certificate was not accepted: {error.verify_message}",
                f"{registry.remedies.authorities} names further authorities; "
                f"{registry.insecure} goes without verification",
            )
        if isinstance(error, ssl.SSLError) and not isinstance(error, _PASSING_TLS_ERRORS):
            return self._tls_error(error)
        return TransientError(f"{registry}: {what}{self._to(route)} ({_reason(error)})")

    def _to(self, route: Route) -> str:
        """Name a host that is not the registry's."""
        own = host_name(urlsplit(f"//{self.registry.api_host}"))
        return "" if route.host == own else f" to {route.netloc}"

    def _tls_error(self, error: ssl.SSLError) -> RegistryError:
        if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
            return RegistryError(
                f"{self.registry}: the registry does not speak TLS",
                f"{self.registry.insecure} allows to talk to it in the clear",
            )
        return RegistryError(f"{self.registry}: no agreement on TLS ({_reason(error)})")

    def of_proxy(self, route: Route, error: BaseException) -> RegistryError:
        """Return the error for a route's proxy that does not help."""
        address = urlsplit(route.proxy.url).netloc if route.proxy else ""
        where = f"{self.registry}: the proxy {address}"
        if isinstance(error, RefusedTunnelError):
            return _refusal_of_proxy(where, error)
        if isinstance(error, socket.gaierror):
            return RegistryError(f"{where}: the host's name is unknown")
        if isinstance(error, ssl.SSLCertVerificationError):
            return RegistryError(
                f"{where}: the certificate was not accepted: {error.verify_message}",
                f"{self.registry.remedies.authorities} names further authorities",
            )
        return TransientError(f"{where}: no connection ({_reason(error)})")


def _refusal_of_proxy(where: str, refused: RefusedTunnelError) -> RegistryError:
    if refused.status == _PROXY_ASKS:
        return RegistryError(
            f"{where} does not accept the user name and password ({refused})",
            "give them in the variable: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
        )
    if 400 <= refused.status < 500:
        return RegistryError(f"{where} refuses to connect ({refused})")
    return TransientError(f"{where}: no connection ({refused})")


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__

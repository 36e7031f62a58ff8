"""Send requests to a registry over TLS, and turn every way of failing into one clear error."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from nixgen.errors import RegistryError
from nixgen.registry.address import Registry
from nixgen.registry.answers import Answer, failure
from nixgen.registry.authentication import Authentication, Scopes, TokenRequest
from nixgen.registry.credentials import Credentials
from nixgen.registry.retry import TransientError

_TIMEOUT = urllib3.Timeout(connect=10, read=120)
_BLOCK = 1 << 20
_CERTIFICATE_FOLDERS = ("/etc/containers/certs.d", "/etc/docker/certs.d")


class Transport:
    """The connections to one registry, shared by all threads.

    Without `insecure` every request goes over verified TLS. With it the registry's certificate is
    not verified, and a registry that does not speak TLS is talked to in the clear.
    """

    def __init__(
        self,
        registry: Registry,
        credentials: Credentials | None = None,
        *,
        insecure: bool = False,
        connections: int = 64,
    ) -> None:
        self.registry = registry
        self._insecure = insecure
        self._pool = _pool(registry, insecure, connections)
        self._authentication = Authentication(credentials, self._fetch_token)
        self._base = f"https://{registry.api_host}"

    def connect(self) -> None:
        """Find out that the registry is there, speaks its protocol and knows the credentials.

        Raises TransientError or RegistryError.
        """
        try:
            answer = self.request("GET", "/v2/")
        except RegistryError as error:
            if not self._insecure or not isinstance(error.__cause__, ssl.SSLError):
                raise
            self._base = f"http://{self.registry.api_host}"
            answer = self.request("GET", "/v2/")
        if answer.status != 200:
            raise failure(self.registry, "looking for its protocol", answer)

    def request(
        self,
        method: str,
        path: str,
        *,
        scopes: Scopes = (),
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """Send one request and return the answer, whatever its status.

        `path` may be a whole URL that the registry gave. `body` is bytes or a stream; a stream is
        sent once: when the registry then asks for authentication, TransientError is raised, and the
        next attempt will be authenticated.

        Raises TransientError when the connection fails, RegistryError when trying again is useless.
        """
        url = self._resolve(path)
        authorization = self._authentication.header(scopes)
        answer = self._send(method, url, authorization, headers, body)
        challenge = answer.headers.get("WWW-Authenticate", "")
        if answer.status != 401 or not challenge:
            return answer
        if not self._authentication.answer(challenge, scopes, authorization):
            return answer
        if hasattr(body, "read"):
            raise TransientError(f"{self.registry}: asks for authentication", pause=0)
        return self._send(method, url, self._authentication.header(scopes), headers, body)

    def _resolve(self, path: str) -> str:
        url = urljoin(self._base, path)
        if urlsplit(url).scheme != "https" and not self._insecure:
            raise RegistryError(
                f"{self.registry}: the registry sent its client to {urlsplit(url).scheme}://, "
                "where anybody could read along\n"
                "  have it set its own address (http.host or X-Forwarded-Proto), "
                f"or allow this with --insecure-registry {self.registry.host}"
            )
        return url

    def _send(
        self,
        method: str,
        url: str,
        authorization: str | None,
        headers: Mapping[str, str] | None,
        body: Any,
    ) -> Answer:
        own = dict(headers or {})
        if authorization and urlsplit(url).netloc == urlsplit(self._base).netloc:
            own["Authorization"] = authorization
        return self._exchange(method, url, own, body)

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: Any) -> Answer:
        try:
            response = self._pool.request(
                method,
                url,
                headers={"User-Agent": "nixgen", **headers},
                body=body,
                redirect=False,
                retries=False,
                timeout=_TIMEOUT,
            )
        except HTTPError as error:
            raise _connection_error(self.registry, error) from _cause(error)
        return Answer(response.status, response.headers, response.data)

    def _fetch_token(self, request: TokenRequest) -> bytes:
        server = urlsplit(request.url).hostname
        if urlsplit(request.url).scheme != "https" and not self._insecure:
            raise RegistryError(
                f"{self.registry}: its authorisation server {server} does not use TLS"
            )
        if request.form is None:
            headers = {"Authorization": request.authorization} if request.authorization else {}
            answer = self._exchange("GET", request.url, headers, None)
        else:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self._exchange("POST", request.url, headers, urlencode(request.form))
        if answer.status != 200:
            raise failure(self.registry, "asking its authorisation server", answer)
        return answer.body


def _tls_context(registry: Registry, insecure: bool) -> ssl.SSLContext:
    if insecure:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    context = ssl.create_default_context()
    for folder in _CERTIFICATE_FOLDERS:
        for file in sorted(Path(folder, registry.host).glob("*.crt")):
            context.load_verify_locations(file)
    return context


def _pool(registry: Registry, insecure: bool, connections: int) -> urllib3.PoolManager:
    options: dict[str, Any] = {
        "ssl_context": _tls_context(registry, insecure),
        "maxsize": connections,
        "block": True,
        "blocksize": _BLOCK,
    }
    proxies = getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if proxy and not registry.is_loopback and not proxy_bypass(registry.api_host):
        return urllib3.ProxyManager(proxy, **options)
    return urllib3.PoolManager(**options)


def _cause(error: BaseException) -> BaseException | None:
    """Return the error of the operating system or of TLS below what urllib3 made of it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError | OSError):
            return seen
        inner = [argument for argument in seen.args if isinstance(argument, BaseException)]
        seen = inner[-1] if inner else seen.__cause__ or seen.__context__
    return None


def _connection_error(registry: Registry, error: HTTPError) -> RegistryError:
    cause = _cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return RegistryError(
            f"{registry}: the certificate was not accepted: {cause.verify_message}\n"
            "  SSL_CERT_FILE names further authorities; "
            f"--insecure-registry {registry.host} goes without verification"
        )
    if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
        return RegistryError(
            f"{registry}: the registry does not speak TLS\n"
            f"  --insecure-registry {registry.host} allows to talk to it in the clear"
        )
    if isinstance(error, NameResolutionError) or isinstance(cause, socket.gaierror):
        return RegistryError(f"{registry}: the host's name is unknown")
    what = "no connection" if isinstance(error, NewConnectionError) else "the connection was lost"
    return TransientError(f"{registry}: {what} ({_reason(cause or error)})")


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__

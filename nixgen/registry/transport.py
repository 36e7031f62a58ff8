"""Send requests to a registry, and what is secret to nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from nixgen.errors import RegistryError
from nixgen.registry.address import Registry
from nixgen.registry.answers import Access, Answer, Refusal, failure
from nixgen.registry.authentication import Authentication
from nixgen.registry.connections import Connections
from nixgen.registry.credentials import Credentials, CredentialSources
from nixgen.registry.headers import challenges
from nixgen.registry.hosts import host_name, port, same_server
from nixgen.registry.retry import TransientError
from nixgen.registry.scopes import Scopes, pull
from nixgen.registry.tokens import TokenServer

_REDIRECTIONS = (301, 302, 303, 307, 308)
_MOST_REDIRECTIONS = 10
_UNKNOWN_USER = (Refusal.NO_CREDENTIALS, Refusal.WRONG_CREDENTIALS, Refusal.UNKNOWN_SCHEME)
_MOST_CHALLENGES = 3  # without a token, with one, and with one for what the registry asks besides


class Transport:
    """The connections to one registry, shared by all threads.

    Without `insecure` every request goes over verified TLS. With it the registry's certificate is
    not verified, and a registry that does not speak TLS is talked to in the clear. `credentials`
    are those for all repositories, or the sources to find each one's in. `authorities` are files of
    certificates in PEM form to trust besides the usual ones; UsageError is raised for others.
    """

    def __init__(
        self,
        registry: Registry,
        credentials: Credentials | CredentialSources | None = None,
        *,
        insecure: bool = False,
        authorities: Sequence[Path] = (),
    ) -> None:
        self.registry = registry
        self._insecure = insecure
        self._connections = Connections(registry, insecure=insecure, authorities=authorities)
        self._credentials = credentials
        self._known: dict[Credentials | None, Authentication] = {}
        self._lock = threading.Lock()
        self._base = f"https://{registry.api_host}"
        self._answered = False

    def connect(self, repository: str = "") -> Answer:
        """Ask whether the registry is there, with the credentials for a repository.

        Its answer is returned, whatever it is, unless it does not know the user. Raises
        TransientError or RegistryError.
        """
        try:
            answer = self._ask_who(repository)
        except RegistryError as error:
            if self._answered or not self._insecure or not isinstance(error.__cause__, OSError):
                raise
            answer = self._ask_in_the_clear(repository, error)
        if answer.status == 401 and answer.access and answer.access.refusal in _UNKNOWN_USER:
            raise failure(self.registry, "looking for its protocol", answer)
        return answer

    def _ask_in_the_clear(self, repository: str, error: RegistryError) -> Answer:
        base = self._base
        self._base = f"http://{self.registry.api_host}"
        try:
            return self._ask_who(repository)
        except TransientError:
            if not self._answered:
                self._base = base
                if isinstance(error, TransientError):
                    raise error from None
            raise

    def _ask_who(self, repository: str) -> Answer:
        scopes = pull(repository) if repository else ()
        return self.request(
            "GET", "/v2/", repository=repository or self.registry.path, scopes=scopes
        )

    def request(
        self,
        method: str,
        reference: str,
        *,
        repository: str = "",
        scopes: Scopes = (),
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        **how: Any,
    ) -> Answer:
        """Send one request and return the answer, whatever its status.

        `reference` is a path, or what `resolve` made of a reference that the registry gave.
        `repository` says whose credentials to use. `body` is bytes, or a stream with `read` and
        `rewind`. `follow` decides about redirections; `how` is handed to Connections.exchange.

        Raises TransientError when the connection fails, RegistryError when trying again is useless.
        """
        send = partial(
            self._send,
            method,
            self.resolve(reference, self._base),
            self._base,
            headers=headers,
            body=body,
            **how,
        )
        return self._authenticated(send, partial(_rewind, body), repository, scopes)

    def _authenticated(
        self,
        send: Callable[..., Answer],
        rewind: Callable[[], None],
        repository: str,
        scopes: Scopes,
    ) -> Answer:
        """Send a request, and answer the registry's questions as far as that is any use."""
        authentication = self._authentication(repository)
        shown = authentication.header(scopes)
        answer = send(authorization=shown)
        self._answered = True
        for _ in range(_MOST_CHALLENGES):
            if not _asks(answer, shown) or not same_server(answer.url, self._base):
                break
            offered = challenges(answer.headers.get("WWW-Authenticate", ""))
            found = authentication.answer(offered, scopes, shown)
            if isinstance(found, Refusal):
                detail = ", ".join(each.scheme for each in offered)
                return self._refused(answer, repository, found, detail)
            rewind()
            shown = found
            with authentication.proving():
                answer = send(authorization=shown)
                if answer.status != 401:
                    authentication.accepted(scopes, shown)
                self._note_refusal(authentication, answer, repository, shown)
        if answer.status != 401:
            authentication.accepted(scopes, shown)
        return self._explained(answer, repository)

    def _note_refusal(
        self, authentication: Authentication, answer: Answer, repository: str, shown: str
    ) -> None:
        if answer.status == 401 and shown.startswith("Basic "):
            told = self._refused(answer, repository, Refusal.WRONG_CREDENTIALS)
            authentication.refuse(failure(self.registry, "asking for access", told))

    def _explained(self, answer: Answer, repository: str) -> Answer:
        """Return the answer with what is known about a refusal."""
        if answer.status not in (401, 403):
            return answer
        if not same_server(answer.url, self._base):
            host = urlsplit(answer.url).netloc
            return self._refused(answer, repository, Refusal.OTHER_SERVER, host)
        known = self._find_credentials(repository)
        refusal = Refusal.TOO_FEW_RIGHTS if known else Refusal.NO_CREDENTIALS
        return self._refused(answer, repository, refusal)

    def _refused(
        self, answer: Answer, repository: str, refusal: Refusal, detail: str = ""
    ) -> Answer:
        return replace(answer, access=Access(refusal, self._searched(repository), detail))

    def _find_credentials(self, repository: str) -> Credentials | None:
        if isinstance(self._credentials, CredentialSources):
            return self._credentials.find(repository)
        return self._credentials

    def _searched(self, repository: str) -> str:
        found = self._find_credentials(repository)
        if found:
            return f"they come from {found.origin}" if found.origin else ""
        if isinstance(self._credentials, CredentialSources):
            return self._credentials.searched(repository)
        return ""

    def _authentication(self, repository: str) -> Authentication:
        credentials = self._find_credentials(repository)
        with self._lock:
            if credentials not in self._known:
                server = TokenServer(
                    self.registry,
                    credentials,
                    self._searched(repository),
                    self._send_to_token_server,
                    lambda realm: self.resolve(realm, self._base),
                )
                self._known[credentials] = Authentication(credentials, server.fetch)
            return self._known[credentials]

    def resolve(self, reference: str, asked: str) -> str:
        """Return the URL that a reference of the registry's means (RFC 3986, section 5).

        `asked` is the URL that was asked when it gave it. Raises RegistryError.
        """
        try:
            url = self._at_home(urldefrag(urljoin(asked, reference.strip())).url)
            scheme, known = urlsplit(url).scheme, urlsplit(url).hostname
        except ValueError:
            scheme, known = "", None
        if scheme not in ("http", "https") or not known:
            raise RegistryError(
                f"{self.registry}: the registry sent its client to {reference!r}, no address"
            )
        if scheme != "https" and not self._insecure:
            raise RegistryError(
                f"{self.registry}: the registry sent its client to {scheme}://, "
                "where anybody could read along",
                "have it set its own address (http.host or X-Forwarded-Proto), "
                f"or allow this with {self.registry.insecure}",
            )
        return url

    def _at_home(self, url: str) -> str:
        """Return a URL of the registry itself as we reach it.

        Behind a proxy it may not know that it is reached over TLS, or that it is not.
        """
        given, base = urlsplit(url), urlsplit(self._base)
        if host_name(given) != host_name(base):
            return url
        same = given.port == base.port
        if given.scheme == base.scheme:
            same = port(given) == port(base)
        elif base.scheme == "https":
            same = same or same_server(url, self._base)
        elif base.port is None:
            same = False  # from HTTP to HTTPS, each on its own port
        return urlunsplit(given._replace(scheme=base.scheme, netloc=base.netloc)) if same else url

    def _send_to_token_server(self, method: str, url: str, **what: Any) -> Answer:
        return self._send(method, url, url, **what)

    def _send(
        self,
        method: str,
        url: str,
        trusted: str,
        *,
        authorization: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        follow: Callable[[str], bool] = lambda url: True,
        **how: Any,
    ) -> Answer:
        """Send a request and follow redirections; only the trusted server sees who asks."""
        for _ in range(_MOST_REDIRECTIONS + 1):
            own = dict(headers or {})
            if authorization and same_server(url, trusted):
                own["Authorization"] = authorization
            answer = self._connections.exchange(method, url, own, body, **how)
            target = answer.headers.get("Location")
            if answer.status not in _REDIRECTIONS or target is None:
                return answer
            url = self.resolve(target, url)
            if not follow(url):
                return answer
            if answer.status == 303 and method != "HEAD":
                method, body = "GET", None
            _rewind(body)
        raise RegistryError(
            f"{self.registry}: more than {_MOST_REDIRECTIONS} redirections, the last to {url}"
        )


def _asks(answer: Answer, shown: str | None) -> bool:
    """Tell whether the registry asks who is there; some say 403 as long as nobody has told."""
    unasked = answer.status == 403 and shown is None and "WWW-Authenticate" in answer.headers
    return answer.status == 401 or unasked


def _rewind(body: Any) -> None:
    """Make a stream ready to be sent once more."""
    if hasattr(body, "rewind"):
        body.rewind()

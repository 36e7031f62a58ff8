"""Ask an authorisation server for a bearer token.

Sources: "Token Authentication Specification" and "OAuth2 Token Authentication" of the distribution
project.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlencode

from nixgen.errors import RegistryError
from nixgen.registry.address import Registry
from nixgen.registry.answers import Access, Answer, Refusal, failure
from nixgen.registry.auth_file import Credentials
from nixgen.registry.headers import Challenge
from nixgen.registry.scopes import Scopes

_SHORTEST_LIFE = 60.0  # seconds; what the specification assumes where nothing is said
_LEEWAY = 5.0  # seconds between taking a token for expired and its end
_NO_POST = (404, 405, 501)
_TOKEN_USER = "<token>"  # noqa: S105 (the name that docker gives to identity tokens)


class RefusedCredentialsError(RegistryError):
    """The authorisation server does not know the user with this password."""


class RefusedScopeError(RegistryError):
    """The authorisation server knows the user, who may not do what the token is for."""


@dataclass(frozen=True)
class Token:
    """The value of an Authorization header, and until when it counts (by time.monotonic)."""

    header: str = field(repr=False)
    expires_at: float = float("inf")


class Send(Protocol):
    """Sends a request to an authorisation server and returns the answer, whatever its status."""

    def __call__(
        self,
        method: str,
        url: str,
        *,
        authorization: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> Answer:
        """Raise TransientError or RegistryError when there is no answer."""
        ...


@dataclass
class TokenServer:
    """Gets tokens for a registry with one user's credentials, or for nobody in particular.

    `resolve` makes a URL of what the registry calls its realm; `searched` says where the
    credentials are from.
    """

    registry: Registry
    credentials: Credentials | None
    searched: str
    send: Send
    resolve: Callable[[str], str]
    _refresh_token: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._refresh_token = self.credentials.identity_token if self.credentials else ""

    def fetch(self, challenge: Challenge, scopes: Scopes) -> Token:
        """Return a new token.

        Raises RefusedCredentialsError, RefusedScopeError, TransientError, or RegistryError when
        there is none.
        """
        realm = self.resolve(challenge.parameters["realm"])
        answer = self._ask(realm, challenge.parameters.get("service"), scopes)
        if not answer.is_success:
            raise self._failure(answer)
        return self._read(answer)

    def _ask(self, realm: str, service: str | None, scopes: Scopes) -> Answer:
        own = {"service": service} if service else {}
        if self._refresh_token:
            form = {
                "grant_type": "refresh_token",
                "refresh_token": self._refresh_token,
                "client_id": "nixgen",
                **own,
                **({"scope": " ".join(scopes)} if scopes else {}),
            }
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self.send("POST", realm, headers=headers, body=urlencode(form))
            if answer.status not in _NO_POST:
                return answer
        query = [*own.items(), *[("scope", scope) for scope in scopes]]
        if self.credentials and self.credentials.username:
            query.insert(0, ("account", self.credentials.username))
        joint = "&" if "?" in realm else "?"
        url = f"{realm}{joint}{urlencode(query, errors='surrogateescape')}" if query else realm
        return self.send("GET", url, authorization=self._basic())

    def _basic(self) -> str | None:
        if self.credentials is None:
            return None
        if self.credentials.has_password or not self._refresh_token:
            return self.credentials.basic
        return Credentials(_TOKEN_USER, self._refresh_token).basic

    def _failure(self, answer: Answer) -> RegistryError:
        """Return the error for a refused token; one that asks nobody's rights has no password."""
        if answer.status == 401 and self.credentials:
            refusal = Refusal.WRONG_CREDENTIALS
        else:
            refusal = Refusal.TOO_FEW_RIGHTS if self.credentials else Refusal.NO_CREDENTIALS
        told = replace(answer, access=Access(refusal, self.searched))
        error = failure(self.registry, "asking its authorisation server", told)
        if refusal is Refusal.WRONG_CREDENTIALS:
            return RefusedCredentialsError(str(error))
        if answer.status == 403 and self.credentials:
            return RefusedScopeError(str(error))
        return error

    def _read(self, answer: Answer) -> Token:
        try:
            content: dict[str, Any] = json.loads(answer.body)
            token = content.get("token") or content["access_token"]
        except (ValueError, LookupError, AttributeError, TypeError):
            token = None
        if not isinstance(token, str) or not (token.isascii() and token.isprintable()):
            raise RegistryError(f"{self.registry}: its authorisation server gave no token")
        life = _seconds(content.get("expires_in"))
        if self._refresh_token:
            self._refresh_token = content.get("refresh_token") or self._refresh_token
        expires_at = time.monotonic() + max(life, _SHORTEST_LIFE) - _LEEWAY
        return Token(f"Bearer {token}", expires_at)


def _seconds(life: object) -> float:
    """Return how long a token counts; what cannot be read is as good as nothing said."""
    try:
        return float(life) if isinstance(life, int | float | str) else _SHORTEST_LIFE
    except ValueError:
        return _SHORTEST_LIFE

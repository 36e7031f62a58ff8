"""Answer a registry that asks who is there: basic authentication and bearer tokens.

Source: RFC 9110 (WWW-Authenticate) and the token authentication of the distribution project.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from attrs import field, frozen, mutable

from nixgen.errors import RegistryError
from nixgen.registry.credentials import Credentials

Scopes = tuple[str, ...]
"""What a request needs, such as `repository:locksmith/worker:pull,push`."""


@frozen
class TokenRequest:
    """How to ask an authorisation server for a token; `form` is the body of a POST."""

    url: str
    authorization: str | None = field(repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


FetchToken = Callable[[TokenRequest], bytes]
"""Sends the request and returns the body of the answer."""


@mutable
class Authentication:
    """What is known about how a registry wants to be asked, shared by all threads."""

    credentials: Credentials | None
    fetch_token: FetchToken
    _basic: bool = False
    _tokens: dict[Scopes, str] = field(factory=dict, repr=False)
    _lock: threading.Lock = field(factory=threading.Lock)

    def header(self, scopes: Scopes) -> str | None:
        """Return the Authorization header for a request, or None to try without."""
        if self._basic and self.credentials:
            return self.credentials.basic
        return self._tokens.get(scopes)

    def answer(self, challenge: str, scopes: Scopes, refused: str | None) -> bool:
        """Learn from a WWW-Authenticate header; return whether it is worth asking again.

        `refused` is the Authorization header that the registry has just refused.
        """
        scheme, _, rest = challenge.partition(" ")
        parameters = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if scheme.lower() == "bearer" and "realm" in parameters:
            with self._lock:
                if self._tokens.get(scopes) == refused:
                    self._tokens[scopes] = self._new_token(parameters, scopes)
            return True
        self._basic = scheme.lower() == "basic"
        return self._basic and self.credentials is not None and refused is None

    def _new_token(self, parameters: Mapping[str, str], scopes: Scopes) -> str:
        wanted = [("scope", scope) for scope in scopes]
        service = [("service", parameters["service"])] if "service" in parameters else []
        realm = parameters["realm"]
        if self.credentials and self.credentials.identity_token:
            form = {
                "grant_type": "refresh_token",
                "refresh_token": self.credentials.identity_token,
                "client_id": "nixgen",
                **({"scope": " ".join(scopes)} if scopes else {}),
                **dict(service),
            }
            request = TokenRequest(realm, None, form)
        else:
            separator = "&" if "?" in realm else "?"
            url = f"{realm}{separator}{urlencode([*service, *wanted])}"
            request = TokenRequest(url, self.credentials.basic if self.credentials else None)
        try:
            answer = json.loads(self.fetch_token(request))
            return f"Bearer {answer.get('token') or answer['access_token']}"
        except (ValueError, LookupError, AttributeError):
            raise RegistryError("the registry's authorisation server gave no token") from None

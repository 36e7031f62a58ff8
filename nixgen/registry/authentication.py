"""Answer a registry that asks who is there: basic authentication and bearer tokens.

Sources: RFC 9110 (section 11), RFC 6750 (bearer tokens), and the documents of the distribution
project on token authentication.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from nixgen.errors import RegistryError
from nixgen.registry.answers import Refusal
from nixgen.registry.auth_file import Credentials
from nixgen.registry.headers import Challenge
from nixgen.registry.retry import TransientError
from nixgen.registry.scopes import Scopes, joined
from nixgen.registry.tokens import RefusedCredentialsError, Token

FetchToken = Callable[[Challenge, Scopes], Token]
"""Asks the authorisation server that a challenge names for a token."""


@dataclass
class _Granted:
    """A token and what it was asked for; `accepted` once the registry has taken it."""

    token: Token
    scopes: Scopes
    accepted: bool = False


@dataclass
class Authentication:
    """What is known about how a registry wants to be asked with some credentials.

    It is shared by all threads. As long as nobody has accepted the credentials they are shown to
    one server at a time, and once refused never again: a wrong password must not lock a user out.
    """

    credentials: Credentials | None
    fetch_token: FetchToken
    _bearer: Challenge | None = None
    _basic: bool = False
    _proved: bool = False
    _refused: RegistryError | None = None
    _tokens: dict[Scopes, _Granted] = field(default_factory=dict, repr=False)
    _lock: Any = field(default_factory=threading.RLock, repr=False)
    _locks: dict[Scopes, threading.Lock] = field(default_factory=dict, repr=False)

    def header(self, scopes: Scopes) -> str | None:
        """Return the Authorization header for a request, or None to try without.

        Raises RegistryError when no token can be had.
        """
        if self._refused:
            raise self._refused
        if self._basic and self._proved and self.credentials:
            return self.credentials.basic
        if self._bearer is None:
            return None
        with self._one_at_a_time(scopes):
            granted = self._tokens.get(scopes)
            if granted is None or granted.token.expires_at <= time.monotonic():
                granted = self._grant(self._bearer, scopes, granted.scopes if granted else scopes)
            return granted.token.header

    def accepted(self, scopes: Scopes, header: str | None) -> None:
        """Note that the registry did not ask who is there when it was shown the header."""
        if header is None:
            return
        self._proved = True
        if granted := self._tokens.get(scopes):
            granted.accepted = True

    def answer(
        self, challenges: Sequence[Challenge], scopes: Scopes, shown: str | None
    ) -> str | Refusal:
        """Return the header to ask again with, or why that is no use.

        `shown` is the Authorization header that the registry has just refused. Raises
        RegistryError when no token can be had.
        """
        bearer = next((each for each in challenges if _has_realm(each)), None)
        basic = not challenges or any(each.scheme == "basic" for each in challenges)
        if bearer:
            try:
                if header := self._bearer_header(bearer, scopes, shown):
                    return header
            except (RefusedCredentialsError, TransientError):
                raise
            except RegistryError:
                if not (basic and self._can_show_basic(shown)):
                    raise
        if basic and self.credentials and self._can_show_basic(shown):
            self._basic, self._bearer = True, None
            return self.credentials.basic
        return self._refusal(bearer is not None, basic, shown)

    def refuse(self, error: RegistryError) -> None:
        """Note that the credentials were refused, unless somebody accepted them before."""
        if not self._proved:
            self._refused = error

    @contextmanager
    def proving(self) -> Iterator[None]:
        """Hold all other threads back until it is known whether the credentials are right."""
        if self._proved or self.credentials is None:
            yield
            return
        with self._lock:
            if self._refused:
                raise self._refused
            yield

    @contextmanager
    def _one_at_a_time(self, scopes: Scopes) -> Iterator[None]:
        """Hold back the other threads that want a token for the scopes."""
        with self.proving(), self._locks.setdefault(scopes, threading.Lock()):
            yield

    def _can_show_basic(self, shown: str | None) -> bool:
        credentials = self.credentials
        return bool(credentials and credentials.has_password and shown != credentials.basic)

    def _refusal(self, bearer: bool, basic: bool, shown: str | None) -> Refusal:
        if not (bearer or basic):
            return Refusal.UNKNOWN_SCHEME
        if self.credentials is None:
            return Refusal.NO_CREDENTIALS
        return Refusal.TOO_FEW_RIGHTS if bearer else Refusal.WRONG_CREDENTIALS

    def _bearer_header(self, challenge: Challenge, scopes: Scopes, shown: str | None) -> str | None:
        """Return the header of a token that has not been refused yet, or None."""
        with self._one_at_a_time(scopes):
            self._bearer = challenge
            asked = challenge.parameters.get("scope", "").split()
            wanted = joined([*scopes, *asked])
            granted = self._tokens.get(scopes)
            if granted and granted.token.header != shown:
                return granted.token.header
            if granted and not granted.accepted and granted.scopes == wanted:
                return None
            return self._grant(challenge, scopes, wanted).token.header

    def _grant(self, challenge: Challenge, scopes: Scopes, wanted: Scopes) -> _Granted:
        registry_token = self.credentials.registry_token if self.credentials else ""
        if registry_token:
            token = Token(f"Bearer {registry_token}")
        else:
            try:
                token = self.fetch_token(challenge, wanted)
            except RefusedCredentialsError as error:
                self.refuse(error)
                raise
            self._proved = True
        granted = self._tokens[scopes] = _Granted(token, wanted)
        return granted


def _has_realm(challenge: Challenge) -> bool:
    return challenge.scheme == "bearer" and "realm" in challenge.parameters

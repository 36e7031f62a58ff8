"""One file with credentials: its keys, its entries and the helpers that it names.

Sources: containers-auth.json(5), docker's config.json, docker-credential-helpers.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nixgen.errors import UsageError
from nixgen.registry.hosts import canonical_host

_DOCKER_HUB_SERVER = "https://index.docker.io/v1/"
_SCHEME = re.compile(r"https?://", flags=re.IGNORECASE)
_API = re.compile(r"/v[012]/?")


@dataclass(frozen=True)
class Credentials:
    """A user name with a password, or a token; `origin` says where they were found.

    `identity_token` is exchanged for access tokens, `registry_token` is an access token itself.
    """

    username: str
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)
    origin: str = field(default="", compare=False)

    @property
    def basic(self) -> str:
        """The value of an Authorization header."""
        pair = f"{self.username}:{self.password}".encode(errors="surrogateescape")
        return "Basic " + base64.b64encode(pair).decode()

    @property
    def has_password(self) -> bool:
        """Whether there is what basic authentication asks for."""
        return bool(self.username or self.password)


AskHelper = Callable[[str, str], Credentials | None]
"""Asks the credential helper of a name for a server's credentials."""


@dataclass(frozen=True)
class AuthFile:
    """What a file holds, by normalised key: an entry or a helper, with the key as it is spelled."""

    path: Path
    entries: Mapping[str, tuple[str, Mapping[str, str]]] = field(repr=False)
    helpers: Mapping[str, tuple[str, str]]
    store: str

    def find(self, host: str, repository: str, ask_helper: AskHelper) -> Credentials | None:
        """Return the credentials under the longest key that the repository begins with.

        A helper of the key comes before its entry, and the helper for all keys last. Raises
        UsageError when an entry cannot be read.
        """
        for key in keys(host, repository):
            if key in self.helpers:
                spelled, helper = self.helpers[key]
                if found := ask_helper(helper, spelled):
                    return self._from_helper(found, helper, spelled)
            if key in self.entries and (found := self._decode(*self.entries[key])):
                return found
        if self.store:
            host = canonical_host(host)
            server = _DOCKER_HUB_SERVER if host == "docker.io" else host
            if found := ask_helper(self.store, server):
                return self._from_helper(found, self.store, server)
        return None

    def _from_helper(self, found: Credentials, helper: str, server: str) -> Credentials:
        origin = f"docker-credential-{helper}, which {self.path} names for {server}"
        return replace(found, origin=origin)

    def _decode(self, key: str, entry: Mapping[str, str]) -> Credentials | None:
        try:
            in_one_line = "".join((entry.get("auth") or "").split())
            pair = base64.b64decode(in_one_line, validate=True)
            username, _, password = (
                pair.decode(errors="surrogateescape").rstrip("\0").partition(":")
            )
            found = Credentials(
                username or entry.get("username") or "",
                password or entry.get("password") or "",
                entry.get("identitytoken") or "",
                entry.get("registrytoken") or "",
                f'{self.path}, key "{key}"',
            )
        except (ValueError, AttributeError, TypeError):
            raise _no_auth_file(self.path, f' under "{key}"') from None
        if not (found.registry_token.isascii() and found.registry_token.isprintable()):
            raise _no_auth_file(self.path, f' under "{key}"')
        known = found.has_password or found.identity_token or found.registry_token
        return found if known else None


def read_auth_file(path: Path) -> AuthFile:
    """Read the file. Raises UsageError when it is no auth file, OSError when it cannot be read."""
    text = path.read_bytes()
    try:
        content: dict[str, Any] = json.loads(text)
        entries: dict[str, Any] = content.get("auths") or {}
        helpers: dict[str, Any] = content.get("credHelpers") or {}
        by_key = dict(_by_key({key: entry or {} for key, entry in entries.items()}))
        return AuthFile(path, by_key, dict(_by_key(helpers)), content.get("credsStore") or "")
    except (ValueError, AttributeError, TypeError):
        raise _no_auth_file(path) from None


def _no_auth_file(path: Path, where: str = "") -> UsageError:
    return UsageError(f"{path}: expected an auth file in JSON{where}, as `podman login` writes it")


def _by_key(spelled: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Give each value by its normalised key; of several with one key the most exact comes last.

    docker takes a key with a scheme for that of the host, whatever path it has.
    """
    normalised = {key: _normalised(key) for key in spelled}
    by_exactness = sorted(spelled, key=lambda key: (key == normalised[key], not _SCHEME.match(key)))
    for key in by_exactness:
        if _SCHEME.match(key):
            yield normalised[key].partition("/")[0], (key, spelled[key])
    for key in by_exactness:
        yield normalised[key], (key, spelled[key])


def _normalised(key: str) -> str:
    """Return the key without scheme, version of the protocol and trailing slash."""
    rest = _SCHEME.sub("", key, count=1).rstrip("/")
    host, slash, path = rest.partition("/")
    if _API.fullmatch(f"/{path}"):
        slash, path = "", ""
    try:
        return f"{canonical_host(host)}{slash}{path}"
    except ValueError:
        return key


def keys(host: str, repository: str) -> Iterator[str]:
    """Give the normalised keys for a repository: the longest first, the bare host last."""
    host = canonical_host(host)
    parts = repository.split("/") if repository else []
    for length in range(len(parts), 0, -1):
        yield "/".join([host, *parts[:length]])
    yield host

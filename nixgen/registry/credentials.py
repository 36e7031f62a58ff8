"""Find the user name and password for a registry.

The files are those of containers-auth.json(5) and of docker's config.json. What is found goes
into requests alone: never into a message, an argument list or a file.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from nixgen.errors import UsageError

_DOCKER_HUB_KEYS = ("https://index.docker.io/v1/", "index.docker.io")


@frozen
class Credentials:
    """A user name with a password, or an identity token, which is exchanged for access tokens."""

    username: str
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The value of an Authorization header."""
        pair = f"{self.username}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode()


AskHelper = Callable[[str, str], Credentials | None]
"""Asks the credential helper of a name for a server's credentials."""


def no_helper(name: str, server: str) -> Credentials | None:
    """Stand in where credential helpers cannot be run."""
    raise UsageError(f"{server}: its credentials lie with the credential helper {name}")


def find_credentials(
    host: str,
    environment: Mapping[str, str],
    *,
    path: str = "",
    auth_file: Path | None = None,
    ask_helper: AskHelper = no_helper,
) -> Credentials | None:
    """Return the credentials for the registry, or None when there are none.

    The first of these that knows the registry counts: `auth_file`, REGISTRY_USERNAME with
    REGISTRY_PASSWORD, REGISTRY_AUTH_FILE, and the files that `podman login` and `docker login`
    write. `path` is that of the repositories, for which a file may hold credentials of their own.

    Raises UsageError when a file that was named cannot be read, or one variable lacks the other.
    """
    if auth_file is None and (found := _from_environment(environment)):
        return found
    for file in _auth_files(environment, auth_file):
        try:
            found = _from_file(json.loads(file.read_text()), host, path, ask_helper)
        except (OSError, ValueError, AttributeError, TypeError):
            raise UsageError(
                f"{file}: expected an auth file in JSON, as `podman login` writes it"
            ) from None
        if found:
            return found
    return None


def _from_environment(environment: Mapping[str, str]) -> Credentials | None:
    username = environment.get("REGISTRY_USERNAME", "")
    password = environment.get("REGISTRY_PASSWORD", "")
    if bool(username) != bool(password):
        raise UsageError("expected both REGISTRY_USERNAME and REGISTRY_PASSWORD, got one of them")
    return Credentials(username, password) if username else None


def _auth_files(environment: Mapping[str, str], auth_file: Path | None) -> Iterator[Path]:
    if auth_file is not None:
        yield _existing(auth_file)
        return
    if named := environment.get("REGISTRY_AUTH_FILE"):
        yield _existing(Path(named))
        return
    home = Path(environment.get("HOME", "/"))
    runtime = environment.get("XDG_RUNTIME_DIR")
    usual = [
        Path(runtime, "containers/auth.json") if runtime else None,
        Path(environment.get("XDG_CONFIG_HOME") or home / ".config", "containers/auth.json"),
        Path(environment.get("DOCKER_CONFIG") or home / ".docker", "config.json"),
    ]
    yield from (file for file in usual if file and file.is_file())


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise UsageError(f"{file}: expected an auth file, as `podman login --authfile` writes it")
    return file


def _from_file(
    content: dict[str, Any], host: str, path: str, ask_helper: AskHelper
) -> Credentials | None:
    keys = list(_keys(host, path))
    helpers, entries = content.get("credHelpers") or {}, content.get("auths") or {}
    for key in keys:
        if helper := helpers.get(key):
            return ask_helper(helper, key)
    for key in keys:
        for spelled in (key, f"https://{key}", f"https://{key}/v1/", f"https://{key}/v2/"):
            if (entry := entries.get(spelled)) and (found := _decode(entry)):
                return found
    if store := content.get("credsStore"):
        return ask_helper(store, keys[-1])
    return None


def _keys(host: str, path: str) -> Iterator[str]:
    """Give the keys for a repository's path: the longest first, the bare host last."""
    parts = path.split("/") if path else []
    for length in range(len(parts), 0, -1):
        yield "/".join([host, *parts[:length]])
    yield host
    if host == "docker.io":
        yield from reversed(_DOCKER_HUB_KEYS)


def _decode(entry: dict[str, str]) -> Credentials | None:
    pair = base64.b64decode(entry.get("auth", ""), validate=True).decode()
    username, _, password = pair.rstrip("\0").partition(":")
    token = entry.get("identitytoken", "")
    return Credentials(username, password, token) if username or token else None

"""Find the user name and password for a repository.

What is found goes into requests alone: never into a message, an argument list or a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from nixgen.errors import UsageError
from nixgen.registry.auth_file import AskHelper, AuthFile, Credentials, keys, read_auth_file

__all__ = ["AskHelper", "CredentialSources", "Credentials", "find_credentials", "no_helper"]

_VARIABLES = "REGISTRY_USERNAME and REGISTRY_PASSWORD"


def no_helper(name: str, server: str) -> Credentials | None:
    """Stand in where credential helpers cannot be run."""
    raise UsageError(f"{server}: its credentials lie with the credential helper {name}")


class CredentialSources:
    """Where the credentials for a registry may be: the first that knows a repository counts.

    `auth_file` alone, when there is one; else REGISTRY_USERNAME with REGISTRY_PASSWORD, and then
    the file that REGISTRY_AUTH_FILE names, or those that `podman login` and `docker login` write.
    Each file is read once and each helper asked once. Without `usual_files` only a file that
    somebody named is read.

    Raises UsageError when a file that was named cannot be read, or one variable lacks the other.
    """

    def __init__(
        self,
        host: str,
        environment: Mapping[str, str],
        *,
        auth_file: Path | None = None,
        usual_files: bool = True,
        ask_helper: AskHelper = no_helper,
    ) -> None:
        self._host = host
        self._ask_helper = cache(ask_helper)
        self._looked: list[str] = []
        self._variables: Credentials | None = None
        if auth_file is None:
            self._variables = _from_environment(environment)
            self._looked.append(_VARIABLES)
        needed = [] if self._variables else list(_auth_files(environment, auth_file, usual_files))
        if not (needed or self._variables):
            self._looked.append("REGISTRY_AUTH_FILE (not set)")
        self._files = [file for path, named in needed if (file := self._read(path, named))]

    def _read(self, path: Path, named: bool) -> AuthFile | None:
        try:
            file = read_auth_file(path)
        except OSError as error:
            if named:
                raise UsageError(
                    f"{path}: expected an auth file, as `podman login --authfile` writes it "
                    f"({error.strerror})"
                ) from None
            self._looked.append(f"{path} ({error.strerror})")
            return None
        self._looked.append(str(path))
        return file

    def find(self, repository: str = "") -> Credentials | None:
        """Return the credentials for a repository, or None when there are none.

        Raises UsageError when an entry cannot be read.
        """
        if self._variables:
            return self._variables
        for file in self._files:
            if found := file.find(self._host, repository, self._ask_helper):
                return found
        return None

    def searched(self, repository: str) -> str:
        """Say where credentials were looked for in vain."""
        wanted = " and ".join(keys(self._host, repository))
        return f"none were found for {wanted} in {', '.join(self._looked)}"


def find_credentials(
    host: str,
    environment: Mapping[str, str],
    *,
    path: str = "",
    auth_file: Path | None = None,
    ask_helper: AskHelper = no_helper,
) -> Credentials | None:
    """Return what the sources have for a repository of the registry, or None.

    Raises UsageError as the sources do.
    """
    sources = CredentialSources(host, environment, auth_file=auth_file, ask_helper=ask_helper)
    return sources.find(path)


def _from_environment(environment: Mapping[str, str]) -> Credentials | None:
    username = environment.get("REGISTRY_USERNAME", "")
    password = environment.get("REGISTRY_PASSWORD", "")
    if bool(username) != bool(password):
        raise UsageError(f"expected both {_VARIABLES}, got one of them")
    return Credentials(username, password, origin=_VARIABLES) if username else None


def _auth_files(
    environment: Mapping[str, str], auth_file: Path | None, usual_files: bool
) -> Iterator[tuple[Path, bool]]:
    """Give the files in their order, and whether somebody named them."""
    if named := auth_file or environment.get("REGISTRY_AUTH_FILE"):
        yield Path(named), True
    elif usual_files:
        yield from ((path, False) for path in _usual_files(environment))


def _usual_files(environment: Mapping[str, str]) -> Iterator[Path]:
    """Give the files that podman and docker write."""
    home = Path(environment.get("HOME", "/"))
    if runtime := environment.get("XDG_RUNTIME_DIR"):
        yield Path(runtime, "containers/auth.json")
    else:
        yield Path(f"/run/containers/{os.getuid()}/auth.json")
    configuration = environment.get("XDG_CONFIG_HOME") or home / ".config"
    yield Path(configuration, "containers/auth.json")
    yield Path(environment.get("DOCKER_CONFIG") or home / ".docker", "config.json")

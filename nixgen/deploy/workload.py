"""A workload: what a container of an image needs, wherever it runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

_LONGEST_NAME: Final = 63  # characters of a label (RFC 1123), as names in Kubernetes are
_NANOSECONDS: Final = 10**9
_DEFAULT_SHELL: Final = ("/bin/sh", "-c")

TEMPORARY: Final = ("/run", "/tmp")  # noqa: S108  paths inside of containers
"""The folders that services write to where the rest of the image is read-only."""


@frozen
class Port:
    """A port that the image listens on."""

    number: int
    protocol: str


@frozen
class HealthCheck:
    """The words of a command that succeeds while all is well, and when it is run, in seconds.

    `restarts` tells that a container that fails it should be started again.
    """

    words: Sequence[str]
    interval: int
    timeout: int
    start_period: int
    retries: int
    restarts: bool


@frozen
class Security:
    """Who starts the container, and with what rights.

    `user` is a uid, a name, either with a group behind a colon, or None for what the image says.
    `capabilities` are those that the container needs. With None it may need any, and processes that
    gain rights, so nothing is taken from it.
    """

    user: str | None
    capabilities: Sequence[str] | None
    read_only: bool

    @property
    def ids(self) -> tuple[int, int | None] | None:
        """The numbers of the user and the group, where the user is one."""
        uid, _, gid = (self.user or "").partition(":")
        return (int(uid), int(gid) if gid.isdecimal() else None) if uid.isdecimal() else None


@frozen
class Workload:
    """A container to run.

    `image` is its reference by digest, `stop_seconds` what it may take to stop; it
    `reads_namespace` when it learns from the file of its service account where it runs.
    """

    name: str
    image: str
    security: Security
    health_check: HealthCheck | None
    ports: Sequence[Port]
    volumes: Sequence[str]
    stop_signal: str | None
    stop_seconds: int
    reads_namespace: bool = False

    @property
    def volume_names(self) -> Mapping[str, str]:
        """The name of each volume, by the folder that it is for."""
        names: dict[str, str] = {}
        for path in self.volumes:
            name = wanted = workload_name(path.strip("/")) or "data"
            number = 1
            while name in names.values():
                number += 1
                name = f"{wanted[: _LONGEST_NAME - 4]}-{number}"
            names[path] = name
        return names

    @property
    def temporary(self) -> Sequence[str]:
        """The folders that are kept in memory."""
        taken = self.volumes if self.security.read_only else TEMPORARY
        return [path for path in TEMPORARY if path not in taken]


def workload_name(name: str) -> str:
    """Return the name of an image, or a path, as a label of RFC 1123."""
    return re.sub("[^a-z0-9]+", "-", name.lower())[:_LONGEST_NAME].strip("-")


def ports(config: Mapping[str, Any]) -> list[Port]:
    """Return the ports of an image's configuration, ranges as each of their ports."""
    found: list[Port] = []
    for exposed in config.get("ExposedPorts") or {}:
        numbers, _, protocol = exposed.partition("/")
        first, _, last = numbers.partition("-")
        found += [
            Port(number, protocol or "tcp") for number in range(int(first), int(last or first) + 1)
        ]
    return sorted(found, key=lambda port: (port.number, port.protocol))


def health_check(config: Mapping[str, Any], *, restarts: bool) -> HealthCheck | None:
    """Return the health check of an image's configuration.

    What it leaves open is as Docker's image specification has it: every 30 s, three times.
    """
    check: Mapping[str, Any] = config.get("Healthcheck") or {}
    kind, *words = check.get("Test") or ["NONE"]
    if kind == "NONE" or not words:
        return None
    if kind == "CMD-SHELL":
        words = [*(config.get("Shell") or _DEFAULT_SHELL), words[0]]
    return HealthCheck(
        words=words,
        interval=_seconds(check.get("Interval"), 30),
        timeout=_seconds(check.get("Timeout"), 30),
        start_period=_seconds(check.get("StartPeriod"), 0),
        retries=check.get("Retries") or 3,
        restarts=restarts,
    )


def _seconds(nanoseconds: int | None, default: int) -> int:
    """Return whole seconds, rounded up; Kubernetes has no others."""
    return -(-nanoseconds // _NANOSECONDS) if nanoseconds else default

"""What the subcommands that talk to a registry share: options, credentials, the client."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from nixgen.commands.credential_helper import ask_helper
from nixgen.definitions.names import unmet_registry_rule
from nixgen.errors import UsageError
from nixgen.registry import (
    Client,
    CredentialSources,
    Registry,
    Retry,
    Transport,
    parse_registry,
    same_host,
)


@frozen
class RegistryAccess:
    """A registry, and the client that asks it; `retry` can stop all its work."""

    registry: Registry
    client: Client
    retry: Retry


def registry_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a subcommand the registry's options; its parameter `access` takes what they open."""

    @wraps(command)
    def with_options(
        *args: Any,
        registry: str | None,
        authfile: Path | None,
        insecure_registry: tuple[str, ...],
        **kwargs: Any,
    ) -> None:
        command(*args, access=_open(registry, authfile, insecure_registry), **kwargs)

    decorated: Callable[..., None] = with_options
    for option in (
        click.option(
            "--insecure-registry",
            multiple=True,
            metavar="HOST[:PORT]",
            help="A registry that may do without verified TLS; nothing else allows that.",
        ),
        click.option(
            "--authfile",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Credentials, as `podman login` and `docker login` write them.",
        ),
        click.option(
            "--registry",
            envvar="REGISTRY_URL",
            metavar="HOST[:PORT][/PATH]",
            help="Where the images are; REGISTRY_URL unless given.",
        ),
    ):
        decorated = option(decorated)
    return decorated


def _open(
    address: str | None, auth_file: Path | None, insecure_hosts: tuple[str, ...]
) -> RegistryAccess:
    if not address:
        raise UsageError("no registry: pass --registry HOST[:PORT][/PATH] or set REGISTRY_URL")
    registry = parse_registry(address)
    for host in insecure_hosts:
        if expected := unmet_registry_rule(host):
            raise UsageError(f"--insecure-registry: expected {expected}, got {host!r}")
    credentials = CredentialSources(
        registry.host, os.environ, auth_file=auth_file, ask_helper=ask_helper
    )
    retry = Retry(notify=_notify)
    insecure = any(same_host(registry.host, host) for host in insecure_hosts)
    transport = Transport(registry, credentials, insecure=insecure)
    return RegistryAccess(registry, Client(transport, retry), retry)


def _notify(message: str) -> None:
    click.echo(message, err=True)

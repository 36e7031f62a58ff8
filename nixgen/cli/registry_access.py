"""What the subcommands that talk to a registry share: options, credentials, the client."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import frozen

from nixgen.errors import UsageError
from nixgen.names import unmet_registry_rule
from nixgen.programs.credential_helper import ask_helper
from nixgen.registry import (
    ADDRESS_VARIABLE,
    Client,
    CredentialSources,
    Registry,
    Retry,
    Transport,
    environments,
    parse_registry,
    same_host,
)


@frozen
class RegistryAccess:
    """A registry, and the client that asks it; `retry` can stop all its work."""

    registry: Registry
    client: Client
    retry: Retry


address_option = click.option(
    "--registry",
    envvar=ADDRESS_VARIABLE,
    multiple=True,
    metavar="HOST[:PORT][/PATH]",
    help="Where the images are; REGISTRY_URL unless given.",
)
"""The option for the addresses of registries; its parameter is `registry`."""

_Each = TypeVar("_Each")


def parse_addresses(addresses: Sequence[str]) -> list[Registry]:
    """Read the values of the option. Raises UsageError for a wrong one, and where there is none."""
    if not addresses:
        raise UsageError("no registry: pass --registry HOST[:PORT][/PATH] or set REGISTRY_URL")
    return [parse_registry(address) for address in dict.fromkeys(addresses)]


def only(registries: Sequence[_Each]) -> _Each:
    """Return the one that there is. Raises UsageError for several."""
    if len(registries) > 1:
        raise UsageError(f"--registry: expected one registry, got {len(registries)}")
    return registries[0]


def registry_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a subcommand the registry's options; its parameter `access` takes what they open."""

    def with_one(*args: Any, accesses: Sequence[RegistryAccess], **kwargs: Any) -> None:
        command(*args, access=only(accesses), **kwargs)

    return registries_options(wraps(command)(with_one))


def registries_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a subcommand options for any number of registries; `accesses` takes what they open."""

    @wraps(command)
    def with_options(
        *args: Any,
        registry: tuple[str, ...],
        authfile: Path | None,
        insecure_registry: tuple[str, ...],
        **kwargs: Any,
    ) -> None:
        command(*args, accesses=_open_all(registry, authfile, insecure_registry), **kwargs)

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
        address_option,
    ):
        decorated = option(decorated)
    return decorated


def _open_all(
    addresses: Sequence[str], auth_file: Path | None, insecure_hosts: Sequence[str]
) -> list[RegistryAccess]:
    registries = parse_addresses(addresses)
    for host in insecure_hosts:
        if expected := unmet_registry_rule(host):
            raise UsageError(f"--insecure-registry: expected {expected}, got {host!r}")
    asked_with = (
        [os.environ] * len(registries) if auth_file else environments(registries, os.environ)
    )
    return [
        _open(registry, environment, auth_file, insecure_hosts)
        for registry, environment in zip(registries, asked_with, strict=True)
    ]


def _open(
    registry: Registry,
    environment: Mapping[str, str],
    auth_file: Path | None,
    insecure_hosts: Sequence[str],
) -> RegistryAccess:
    credentials = CredentialSources(
        registry.host, environment, auth_file=auth_file, ask_helper=ask_helper
    )
    retry = Retry(notify=_notify)
    insecure = any(same_host(registry.host, host) for host in insecure_hosts)
    transport = Transport(registry, credentials, insecure=insecure)
    return RegistryAccess(registry, Client(transport, retry), retry)


def _notify(message: str) -> None:
    click.echo(message, err=True)

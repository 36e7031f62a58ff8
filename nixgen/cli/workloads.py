"""What the subcommands that tell where images run share: options, and what the images need."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from nixgen.cli.left_out import taken
from nixgen.cli.oci import OciImage, build_oci_images
from nixgen.cli.options import nix_options, passed_on_to_nix
from nixgen.cli.registry_access import address_option, only, parse_addresses
from nixgen.cli.workspace import bring_up_to_date
from nixgen.definitions import AnyImage, Image
from nixgen.definitions.validation import is_literal
from nixgen.deploy import Security, Workload, workload_name
from nixgen.deploy.workload import health_check, ports
from nixgen.errors import UsageError
from nixgen.registry import Registry

_NOBODY: Final = 65534
_CAPABILITIES: Final = ("SETUID", "SETGID", "KILL")
"""What root needs to look after services of other users (docs/services.md)."""

_LAST_SECOND: Final = 2  # the supervisor's own second, and one for the engine
_ENGINES_GRACE: Final = 10  # seconds that podman and docker give a container


def workload_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a subcommand options; its parameter `workloads` takes what the images need."""

    @wraps(command)
    @click.pass_obj
    def with_workloads(
        folder: Path,
        /,
        *args: Any,
        registry: tuple[str, ...],
        form: str,
        read_only: bool,
        nix_words: list[str],
        **kwargs: Any,
    ) -> None:
        names = kwargs.pop("images")
        options = [*nix_words, *passed_on_to_nix()]
        workloads = _workloads(folder, names, registry, form, read_only, options)
        command(*args, workloads=workloads, **kwargs)

    decorated: Callable[..., None] = nix_options(with_workloads)
    for option in (
        click.option(
            "--read-only",
            is_flag=True,
            help="Make the image's files read-only, apart from volumes, /run and /tmp.",
        ),
        click.option(
            "--format",
            "form",
            type=click.Choice(["oci", "docker"]),
            default="oci",
            show_default=True,
            help="The form of the manifest that is in the registry; each has a digest of its own.",
        ),
        address_option,
    ):
        decorated = option(decorated)
    return decorated


def _workloads(
    folder: Path,
    names: Sequence[str],
    addresses: Sequence[str],
    form: str,
    read_only: bool,
    options: Sequence[str],
) -> list[Workload]:
    """Build the images as they are pushed, and return what each needs."""
    registry = only(parse_addresses(addresses))
    project = bring_up_to_date(folder)
    images = build_oci_images(folder, project, taken(folder, project, names, options), options)
    workloads = [
        _workload(project.images[image.attribute], image, registry, form, read_only)
        for image in images
    ]
    _refuse_one_name_twice(images, workloads)
    return workloads


def _workload(
    definition: AnyImage, image: OciImage, registry: Registry, form: str, read_only: bool
) -> Workload:
    config = json.loads(image.layout.blobs[0].file.read_bytes())["config"]
    is_own_check = not isinstance(definition, Image) or definition.health_check is not None
    grace = definition.stop_grace_period + _LAST_SECOND if isinstance(definition, Image) else None
    return Workload(
        name=workload_name(image.name),
        image=f"{registry.host}/{registry.repository(image.name)}@{_digest(image, form)}",
        security=security_of(definition, config.get("User") or None, read_only),
        health_check=health_check(config, restarts=is_own_check),
        ports=ports(config),
        volumes=sorted({*(config.get("Volumes") or {}), *_written(definition)}),
        stop_signal=config.get("StopSignal"),
        stop_seconds=grace or config.get("StopTimeout") or _ENGINES_GRACE,
        reads_namespace=isinstance(definition, Image) and definition.has_source,
    )


def _digest(image: OciImage, form: str) -> str:
    found = {manifest.form: manifest.digest for manifest in image.layout.forms}
    if form not in found:
        raise UsageError(f"{image.attribute}: expected the form {' or '.join(found)}, got {form!r}")
    return found[form]


def security_of(definition: AnyImage, user: str | None, read_only: bool) -> Security:
    """Return the least rights that are known to do; `user` is that of the image's configuration.

    Services of one user whose number is known need no root at all. Those of root may need any
    capability.
    """
    if not isinstance(definition, Image):
        return Security(user, None, read_only)
    users = {service.user for service in definition.services or (definition,)}
    if user and user.split(":")[0] not in ("root", "0"):
        return Security(user, (), read_only)
    if "root" in users:
        return Security(user, None, read_only)
    number = {"nobody": _NOBODY, **definition.users}.get(users.pop()) if len(users) == 1 else None
    if user or number is None:
        return Security(user, _CAPABILITIES, read_only)
    return Security(f"{number}:{number}", (), read_only)


def _written(definition: AnyImage) -> set[str]:
    """Return the folders that the image's services may write to."""
    services = (definition.services or (definition,)) if isinstance(definition, Image) else ()
    return {folder for service in services for folder in service.writable if is_literal(folder)}


def _refuse_one_name_twice(images: Sequence[OciImage], workloads: Sequence[Workload]) -> None:
    by_name: dict[str, str] = {}
    for image, workload in zip(images, workloads, strict=True):
        if other := by_name.get(workload.name):
            raise UsageError(
                f"{image.attribute}: expected a name of its own, got {workload.name!r}, "
                f"which {other} has too",
                "call the command for each of the two",
            )
        by_name[workload.name] = image.attribute

"""nixgen packages prefetch: an image of a registry as a definition."""

from __future__ import annotations

import json
from pathlib import Path
from platform import machine
from typing import Any

import click

from nixgen import names
from nixgen.errors import UsageError
from nixgen.programs.skopeo import Source

_GO_NAMES = {"aarch64": "arm64", "x86_64": "amd64"}
_LATEST = "latest"


@click.command("prefetch")
@click.argument("image", metavar="IMAGE[:TAG]")
@click.option("--arch", help="The processor that it is for, as Go names it; this one unless given.")
@click.option("--tls-verify/--no-tls-verify", default=True, help="Verify TLS (the default).")
@click.option(
    "--authfile",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    envvar="REGISTRY_AUTH_FILE",
    metavar="FILE",
    help="Credentials, as `podman login` and `docker login` write them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object of the fields.")
def prefetch(
    image: str, arch: str | None, tls_verify: bool, authfile: Path | None, as_json: bool
) -> None:
    """Find the digest and the hash of an image in a registry, and print its definition.

    The image is fetched once for that. Where the registry asks for credentials, Nix needs them
    too when it fetches the image: REGISTRY_AUTH_FILE in the environment of its builders.
    """
    repository, tag = _split(image)
    native = _GO_NAMES.get(machine(), machine())
    source = Source(repository, arch or native, tls_verify=tls_verify, auth_file=authfile)
    digest = source.find_digest(tag)
    fields: dict[str, Any] = {
        "image_name": repository,
        "image_digest": digest,
        "sha256": source.archive_hash(digest, f"{repository}:{tag}"),
        **({} if tag == _LATEST else {"final_image_tag": tag}),
        **({} if arch is None else {"arch": arch}),
        **({} if tls_verify else {"tls_verify": False}),
    }
    click.echo(json.dumps(fields, indent=2) if as_json else _definition(fields))


def _split(image: str) -> tuple[str, str]:
    """Return the repository and the tag of `[HOST[:PORT]/]NAME[:TAG]`. Raises UsageError."""
    path, colon, tag = image.rpartition(":")
    if not colon or "/" in tag:
        path, tag = image, _LATEST
    expected = names.unmet_repository_rule(path) or names.unmet_image_tag_rule(tag)
    if expected:
        raise UsageError(f"{image}: expected IMAGE or IMAGE:TAG, {expected}")
    return path, tag


def _definition(fields: dict[str, Any]) -> str:
    """Return the fields as the call that defines the image in images.py."""
    lines = [
        f"    {name}={json.dumps(value) if isinstance(value, str) else value},"
        for name, value in fields.items()
    ]
    return "\n".join(["PulledImage(", *lines, ")"])

"""Two images that share layers, pushed by nixgen and by skopeo into quirky registries."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from registry import auth_file, make_layer, make_layout

from nixgen.registry import (
    Client,
    Credentials,
    CredentialSources,
    ImagePush,
    Pushed,
    Pusher,
    Retry,
    Transport,
    parse_registry,
    read_layout,
)

REPOSITORIES = ("one/a", "two/b")
TAGS = ("commit-1", "output-1")


def make_layouts(folder: Path) -> list[Path]:
    """Make the layouts of two images that share two layers."""
    shared = [make_layer(1, 30_000), make_layer(2, 2_000)]
    return [
        make_layout(folder / str(index), [*shared, make_layer(10 + index, 1_000)])
        for index in range(2)
    ]


def make_pushes(layouts: Sequence[Path], form: str | None = None) -> list[ImagePush]:
    """Return what is to be pushed of the layouts."""
    return [
        ImagePush(repository, repository, TAGS, read_layout(layout), form)
        for repository, layout in zip(REPOSITORIES, layouts, strict=True)
    ]


def make_client(
    host: str,
    credentials: Credentials | CredentialSources | None = None,
    notices: list[str] | None = None,
) -> tuple[Client, Retry]:
    """Return a client with short pauses; what it tells goes into the notices."""
    told = notices if notices is not None else []
    retry = Retry(attempts=5, first_pause=0.01, longest_pause=1.5, notify=told.append)
    return Client(Transport(parse_registry(host), credentials, insecure=True), retry), retry


def push(
    host: str,
    images: Sequence[ImagePush],
    credentials: Credentials | CredentialSources | None = None,
    notices: list[str] | None = None,
) -> list[Pushed]:
    """Push the images with nixgen."""
    client, retry = make_client(host, credentials, notices)
    return Pusher(client, retry).push(images)


def skopeo_copies_logged_in(host: str, layouts: Sequence[Path]) -> bool:
    """Tell whether skopeo, which knows the password, gets the images into the registry."""
    with auth_file(host) as file:
        return skopeo_copies(host, layouts, f"--authfile={file}")


def skopeo_copies(host: str, layouts: Sequence[Path], *words: str) -> bool:
    """Tell whether skopeo gets the images into the registry under both tags."""
    for repository, layout in zip(REPOSITORIES, layouts, strict=True):
        for tag in TAGS:
            done = subprocess.run(
                [
                    *["skopeo", "copy", "--quiet", "--insecure-policy", "--dest-tls-verify=false"],
                    *[*words, f"oci:{layout}", f"docker://{host}/{repository}:{tag}"],
                ],
                capture_output=True,
                check=False,
                timeout=60,
            )
            if done.returncode:
                return False
    return True

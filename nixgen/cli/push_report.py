"""What nixgen push tells of the images that a registry has now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from nixgen.cli.table import byte_size, table
from nixgen.registry import Pushed, Registry


def to_json(
    registry: Registry, commit_id: str, dry_run: bool, pushed: Sequence[Pushed]
) -> dict[str, Any]:
    """Return what --json prints; docs/pushing.md describes it."""
    return {
        "registry": str(registry),
        "commitId": commit_id,
        "dryRun": dry_run,
        "bytesSent": sum(each.sent for each in pushed),
        "bytesSkipped": sum(each.present + each.mounted for each in pushed),
        "images": [
            {
                "image": each.image.attribute,
                "status": each.status,
                "repository": f"{registry.host}/{each.image.repository}",
                "digest": each.manifest.digest,
                "mediaType": each.manifest.media_type,
                "tags": list(each.image.tags),
                "newTags": list(each.put_tags),
                "bytesSent": each.sent,
                "bytesMounted": each.mounted,
                "bytesPresent": each.present,
            }
            for each in pushed
        ],
    }


def show(registry: Registry, dry_run: bool, pushed: Sequence[Pushed]) -> None:
    """Print a table of the images and then their references."""
    rows = [
        [
            f"dockerImages.{each.image.attribute}",
            f"would be {each.status}" if dry_run and each.put_tags else each.status,
            byte_size(each.sent),
            byte_size(each.present + each.mounted),
            each.manifest.digest,
        ]
        for each in pushed
    ]
    for line in table(["IMAGE", "STATUS", "SENT", "SKIPPED", "DIGEST"], rows):
        click.echo(line)
    for each in pushed:
        for tag in each.image.tags:
            click.echo(f"{registry.host}/{each.image.repository}:{tag}")

"""nixgen push: images into a registry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from nixgen.cli.oci import OciImage, build_oci_images
from nixgen.cli.options import PassingOn, nix_options, passed_on_to_nix
from nixgen.cli.registry_access import RegistryAccess, registry_options
from nixgen.cli.table import byte_size, table
from nixgen.cli.transfer import transfer_progress
from nixgen.cli.workspace import bring_up_to_date, selected
from nixgen.commands.git import clean_head
from nixgen.registry import ImagePush, Pushed, Pusher, image_tags


@click.command("push", cls=PassingOn)
@click.argument("images", nargs=-1, metavar="[IMAGE]...")
@registry_options
@click.option(
    "--commit-id",
    metavar="ID",
    help="The commit to tag with; what git has checked out unless given.",
)
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="How many requests are under way at once.",
)
@click.option("--dry-run", is_flag=True, help="Ask the registry, and only tell what would be sent.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@nix_options
@click.pass_obj
def command(
    folder: Path,
    images: tuple[str, ...],
    access: RegistryAccess,
    commit_id: str | None,
    jobs: int,
    dry_run: bool,
    as_json: bool,
    nix_words: list[str],
) -> None:
    """Push images, all of the project's or those named, under both of their tags.

    The tags are <commitId>-<outputSha>-<imageName> and <outputSha>. What the registry already has
    is not sent again. The user name and password come from REGISTRY_USERNAME and
    REGISTRY_PASSWORD or from an auth file. Options for Nix go after `--`.
    """
    options = [*nix_words, *passed_on_to_nix()]
    project = bring_up_to_date(folder)
    commit_id = commit_id or clean_head(folder)
    built = build_oci_images(folder, project, selected(project, images), options)
    pushes = [_to_push(image, access, commit_id) for image in built]
    with transfer_progress() as count:
        pusher = Pusher(access.client, access.retry, jobs=jobs, dry_run=dry_run, count=count)
        pushed = pusher.push(pushes)
    if as_json:
        click.echo(json.dumps(_to_json(access, commit_id, dry_run, pushed), indent=2))
    else:
        _show(access, dry_run, pushed)


def _to_push(image: OciImage, access: RegistryAccess, commit_id: str) -> ImagePush:
    repository = access.registry.repository(image.name)
    tags = image_tags(commit_id, image.output_sha, image.name)
    return ImagePush(image.attribute, repository, tags, image.layout)


def _to_json(
    access: RegistryAccess, commit_id: str, dry_run: bool, pushed: Sequence[Pushed]
) -> dict[str, Any]:
    """Return what --json prints; docs/pushing.md describes it."""
    return {
        "registry": str(access.registry),
        "commitId": commit_id,
        "dryRun": dry_run,
        "bytesSent": sum(each.sent for each in pushed),
        "bytesSkipped": sum(each.present + each.mounted for each in pushed),
        "images": [
            {
                "image": each.image.attribute,
                "status": each.status,
                "repository": f"{access.registry.host}/{each.image.repository}",
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


def _show(access: RegistryAccess, dry_run: bool, pushed: Sequence[Pushed]) -> None:
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
            click.echo(f"{access.registry.host}/{each.image.repository}:{tag}")

"""nixgen push: images into one or several registries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from nixgen.cli.completion import complete_image
from nixgen.cli.left_out import taken
from nixgen.cli.oci import OciImage, build_oci_images
from nixgen.cli.options import PassingOn, nix_options, passed_on_to_nix
from nixgen.cli.package_lock import fit_lock
from nixgen.cli.push_report import show, to_json
from nixgen.cli.registry_access import RegistryAccess, registries_options
from nixgen.cli.transfer import transfer_progress
from nixgen.cli.workspace import bring_up_to_date
from nixgen.errors import RegistryError, UsageError
from nixgen.names import unmet_image_tag_rule
from nixgen.programs.git import clean_head
from nixgen.registry import ImagePush, Pushed, Pusher, image_tags


@frozen
class _Wanted:
    """How images are to be pushed; `tags` are put besides the two, `form` None is the best."""

    commit_id: str
    tags: Sequence[str]
    annotations: Mapping[str, str]
    form: str | None
    jobs: int
    dry_run: bool


@click.command("push", cls=PassingOn)
@click.argument("images", nargs=-1, metavar="[IMAGE]...", shell_complete=complete_image)
@registries_options
@click.option(
    "--commit-id",
    metavar="ID",
    help="The commit to tag with; what git has checked out unless given.",
)
@click.option(
    "--tag",
    "more_tags",
    multiple=True,
    metavar="TAG",
    help="A further tag for each image, such as a version or a branch.",
)
@click.option(
    "--annotation",
    "annotations",
    multiple=True,
    metavar="NAME=VALUE",
    help="Add an annotation to the manifest, which changes its digest.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "oci", "docker"]),
    default="auto",
    show_default=True,
    help="The form of the manifests; auto is docker where the registry takes no OCI.",
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
    accesses: Sequence[RegistryAccess],
    commit_id: str | None,
    more_tags: tuple[str, ...],
    annotations: tuple[str, ...],
    form: str,
    jobs: int,
    dry_run: bool,
    as_json: bool,
    nix_words: list[str],
) -> None:
    """Push images, all of the project's or those named, under both of their tags.

    The tags are <commitId>-<outputSha>-<imageName> and <outputSha>, and the project's own. What a
    registry already has is not sent again. The user name and password come from REGISTRY_USERNAME
    and REGISTRY_PASSWORD or from an auth file. Options for Nix go after `--`.
    """
    options = [*nix_words, *passed_on_to_nix()]
    added = _read_annotations(annotations)
    project = bring_up_to_date(folder)
    fit_lock(folder, project, options)
    tags = _checked_tags([*project.tags, *more_tags])
    wanted = _Wanted(
        commit_id or clean_head(folder),
        tags,
        added,
        None if form == "auto" else form,
        jobs,
        dry_run,
    )
    built = build_oci_images(folder, project, taken(folder, project, images, options), options)
    _push_to_all(accesses, built, wanted, as_json)


def _push_to_all(
    accesses: Sequence[RegistryAccess], built: Sequence[OciImage], wanted: _Wanted, as_json: bool
) -> None:
    """Push to each registry, whatever becomes of the others; raise what failed at the end."""
    reports: list[dict[str, Any]] = []
    failures: list[RegistryError] = []
    for access in accesses:
        try:
            pushed = _push(access, built, wanted)
        except RegistryError as error:
            failures.append(error)
            reports.append({"registry": str(access.registry), "error": str(error)})
            continue
        reports.append(to_json(access.registry, wanted.commit_id, wanted.dry_run, pushed))
        if not as_json:
            show(access.registry, wanted.dry_run, pushed)
    if as_json and len(accesses) > 1:
        click.echo(json.dumps({"registries": reports}, indent=2))
    elif as_json and not failures:
        click.echo(json.dumps(reports[0], indent=2))
    if failures:
        raise RegistryError("\n".join(map(str, failures)))


def _push(access: RegistryAccess, built: Sequence[OciImage], wanted: _Wanted) -> list[Pushed]:
    pushes = [_to_push(image, access, wanted) for image in built]
    with transfer_progress() as count:
        pusher = Pusher(
            access.client, access.retry, jobs=wanted.jobs, dry_run=wanted.dry_run, count=count
        )
        return pusher.push(pushes)


def _checked_tags(tags: Sequence[str]) -> tuple[str, ...]:
    for tag in tags:
        if expected := unmet_image_tag_rule(tag):
            raise UsageError(f"--tag: expected {expected}, got {tag!r}")
    return tuple(dict.fromkeys(tags))


def _read_annotations(given: Sequence[str]) -> dict[str, str]:
    for each in given:
        if not each.partition("=")[0] or "=" not in each:
            raise UsageError(f"--annotation: expected NAME=VALUE, got {each!r}")
    return {name: value for name, _, value in (each.partition("=") for each in given)}


def _to_push(image: OciImage, access: RegistryAccess, wanted: _Wanted) -> ImagePush:
    repository = access.registry.repository(image.name)
    tags = image_tags(wanted.commit_id, image.output_sha, image.name)
    return ImagePush(
        image.attribute,
        repository,
        tuple(dict.fromkeys([*tags, *wanted.tags])),
        image.layout.annotated(wanted.annotations),
        wanted.form,
    )

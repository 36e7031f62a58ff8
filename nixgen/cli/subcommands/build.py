"""nixgen build: realise images."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from nixgen.cli.completion import complete_image
from nixgen.cli.evaluation import instantiate
from nixgen.cli.left_out import taken
from nixgen.cli.options import PassingOn, nix_options, passed_on_to_nix
from nixgen.cli.package_lock import fit_lock
from nixgen.cli.realisation import leading_to_definitions, realise_images
from nixgen.cli.workspace import attribute_path, bring_up_to_date
from nixgen.definitions import Project
from nixgen.errors import UsageError
from nixgen.programs import nix
from nixgen.programs.nix_options import DRY_RUN, asks_for


@click.command("build", cls=PassingOn)
@click.argument("images", nargs=-1, metavar="[IMAGE]...", shell_complete=complete_image)
@click.option(
    "--out-link/--no-out-link", default=True, help="Make a link result-IMAGE to each (the default)."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object: a path by attribute.")
@nix_options
@click.pass_obj
def command(
    folder: Path, images: tuple[str, ...], out_link: bool, as_json: bool, nix_words: list[str]
) -> None:
    """Build images with Nix, all of the project's or those named.

    Each becomes a docker archive in the store, whose path is printed; `podman load -i` and
    `docker load -i` read it. Options for Nix go after `--`: `--dry-run` tells what would be built,
    `--check` builds again and compares, `--keep-failed` keeps the folder of a build that fails.
    """
    options = [*nix_words, *passed_on_to_nix(may_build_nothing=True)]
    is_dry_run = asks_for(DRY_RUN, options)
    if out_link and not is_dry_run and not os.access(folder, os.W_OK):
        raise UsageError(f"{folder}: cannot be written", "--no-out-link makes no links to images")
    project = bring_up_to_date(folder)
    fit_lock(folder, project, options)
    attributes = taken(folder, project, images, options)
    if is_dry_run:
        _tell_what_would_be_built(folder, project, attributes, options)
        paths = {}
    else:
        paths = realise_images(folder, project, attributes, options=options)
    if out_link:
        for attribute, path in paths.items():
            nix.add_root(path, folder / f"result-{attribute}")
    for line in [json.dumps(paths, indent=2)] if as_json else paths.values():
        click.echo(line)


def _tell_what_would_be_built(
    folder: Path, project: Project, attributes: Sequence[str], options: Sequence[str]
) -> None:
    with leading_to_definitions(folder, project, attributes):
        paths = [attribute_path(project, attribute) for attribute in attributes]
        derivations = instantiate(folder, paths, options).wanted if paths else []
        said = nix.dry_run(derivations, options) if derivations else []
    for line in said or ["nothing would be built: every image is in the store"]:
        click.echo(line, err=True)

"""nixgen build: realise images."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from nixgen.cli.options import PassingOn, nix_options, passed_on
from nixgen.cli.realisation import realise_images
from nixgen.cli.workspace import bring_up_to_date, selected
from nixgen.commands import nix
from nixgen.errors import UsageError


@click.command("build", cls=PassingOn)
@click.argument("images", nargs=-1, metavar="[IMAGE]...")
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
    `docker load -i` read it. Options for Nix go after `--`.
    """
    if out_link and not os.access(folder, os.W_OK):
        raise UsageError(f"{folder}: cannot be written\n  --no-out-link makes no links to images")
    project = bring_up_to_date(folder)
    attributes = selected(project, images)
    paths = realise_images(folder, project, attributes, options=[*nix_words, *passed_on()])
    if out_link:
        for attribute, path in paths.items():
            nix.add_root(path, folder / f"result-{attribute}")
    for line in [json.dumps(paths, indent=2)] if as_json else paths.values():
        click.echo(line)

"""nixgen run: start a container of an image."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nixgen.cli.health_check import health_check_options
from nixgen.cli.options import PassingOn, nix_options, passed_on
from nixgen.cli.realisation import realise_images
from nixgen.cli.workspace import bring_up_to_date, selected
from nixgen.commands.containers import ENGINES, find_engine
from nixgen.definitions import PulledImage


@click.command("run", cls=PassingOn)
@click.argument("image")
@click.option("--engine", type=click.Choice(ENGINES), help="What runs it: podman first.")
@click.option("--detach", "-d", is_flag=True, help="Print the container's id and leave it running.")
@nix_options
@click.pass_obj
def command(
    folder: Path, image: str, engine: str | None, detach: bool, nix_words: list[str]
) -> None:
    """Build an image, load it into podman or docker, and start a container of it.

    Shows the container's log until it ends, and ends with its status; an interrupt stops and
    removes it. Options for the engine, such as `--publish 8080:80`, go after `--`.
    """
    runner = find_engine(engine)
    project = bring_up_to_date(folder)
    [attribute] = selected(project, [image])
    definition = project.images[attribute]
    repository = definition.image_name if isinstance(definition, PulledImage) else definition.name
    output = f"loadedBy.{runner.name}"
    [path] = realise_images(folder, project, [attribute], output=output, options=nix_words).values()
    name = f"localhost/{repository}:latest"
    runner.load(path, name)
    container = runner.start(name, [*health_check_options(path), *passed_on()])
    if detach:
        click.echo(container)
    else:
        sys.exit(runner.follow(container))

"""nixgen run: start a container of an image."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nixgen.cli.health_check import health_check_options
from nixgen.cli.options import PassingOn, nix_options, passed_on
from nixgen.cli.package_lock import fit_lock
from nixgen.cli.realisation import realise_images
from nixgen.cli.workspace import bring_up_to_date, selected
from nixgen.definitions import AnyImage, PulledImage
from nixgen.errors import remedy_lines
from nixgen.programs.containers import ENGINES, find_engine

# Options for the engine that ask for what a followed container is given anyway: its removal takes
# along what tells its status.
_GIVEN = ("--rm", "--rm=true")


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
    fit_lock(folder, project, nix_words)
    [attribute] = selected(project, [image])
    output = f"loadedBy.{runner.name}"
    [path] = realise_images(folder, project, [attribute], output=output, options=nix_words).values()
    words = [word for word in passed_on() if detach or word not in _GIVEN]
    options = [*health_check_options(path), *words]
    container = runner.run(path, _repository(project.images[attribute]), options)
    if detach:
        click.echo(container)
        return
    ended = runner.follow(container)
    if ended.out_of_memory:
        click.echo(
            f"{image}: the container had no memory left"
            + remedy_lines("give it more with `-- --memory`"),
            err=True,
        )
    sys.exit(ended.status)


def _repository(image: AnyImage) -> str:
    """Return the name of the image without a port, which no part of a name can hold."""
    if not isinstance(image, PulledImage):
        return image.name
    name = image.image_name
    return name.partition("/")[2] if ":" in name else name

"""nixgen stop: the end of containers."""

from __future__ import annotations

from pathlib import Path

import click

from nixgen.cli.completion import complete_image
from nixgen.cli.started import containers_of, engine_option, unknown
from nixgen.programs.containers import find_engine


@click.command("stop")
@click.argument(
    "images", nargs=-1, required=True, metavar="IMAGE...", shell_complete=complete_image
)
@engine_option
@click.pass_obj
def command(folder: Path, images: tuple[str, ...], engine: str | None) -> None:
    """Stop all containers of images, or containers by name or id, and remove them.

    They have 15 seconds to end; the volumes of their own go with them. Prints their names.
    """
    runner = find_engine(engine)
    started = runner.started()
    found = {name: containers_of(folder, started, name) for name in images}
    for name, containers in found.items():
        if not containers:
            raise unknown(name)
    for container in {each.id: each for listed in found.values() for each in listed}.values():
        runner.stop(container)
        click.echo(container.name)

"""nixgen logs: what a container has said."""

from __future__ import annotations

from pathlib import Path

import click

from nixgen.cli.completion import complete_image
from nixgen.cli.started import engine_option, find_container
from nixgen.programs.containers import find_engine


@click.command("logs")
@click.argument("image", shell_complete=complete_image)
@click.option("--follow", "-f", is_flag=True, help="Go on until the container ends.")
@click.option("--tail", "-n", type=click.IntRange(0), metavar="N", help="The last N lines alone.")
@engine_option
@click.pass_obj
def command(folder: Path, image: str, follow: bool, tail: int | None, engine: str | None) -> None:
    """Show the log of the newest container of an image, or of a container by its name or id."""
    runner = find_engine(engine)
    container = find_container(folder, runner, image, running=False)
    options = [*["--follow"] * follow, *([] if tail is None else [f"--tail={tail}"])]
    runner.become("logs", *options, container.id)

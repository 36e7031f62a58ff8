"""nixgen shell: a shell in a container that runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nixgen.cli.completion import complete_image
from nixgen.cli.started import engine_option, find_container
from nixgen.programs.containers import find_engine


@click.command("shell")
@click.argument("image", shell_complete=complete_image)
@click.option("--user", "-u", metavar="NAME", help="The user in the container.")
@engine_option
@click.pass_obj
def command(folder: Path, image: str, user: str | None, engine: str | None) -> None:
    """Open the image's `sh` in its newest container, or in a container by its name or id.

    Without a terminal, it reads commands from standard input.
    """
    runner = find_engine(engine)
    container = find_container(folder, runner, image, running=True)
    terminal = ["--tty"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    options = ["--interactive", *terminal, *([] if user is None else [f"--user={user}"])]
    runner.become("exec", *options, container.id, "sh")

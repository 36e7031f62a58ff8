"""nixgen exec: a command in a container that runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nixgen.cli.completion import complete_image
from nixgen.cli.started import engine_option, find_container
from nixgen.programs.containers import find_engine


@click.command("exec", context_settings={"allow_interspersed_args": False})
@click.option("--user", "-u", metavar="NAME", help="The user in the container.")
@engine_option
@click.argument("image", shell_complete=complete_image)
@click.argument("words", nargs=-1, required=True, metavar="COMMAND [WORD]...")
@click.pass_obj
def command(
    folder: Path, image: str, words: tuple[str, ...], user: str | None, engine: str | None
) -> None:
    """Run a command in the newest container of an image, and end with its status.

    Standard input is the command's; on a terminal it has one too. Options stand before IMAGE.
    """
    runner = find_engine(engine)
    container = find_container(folder, runner, image, running=True)
    terminal = ["--tty"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    options = ["--interactive", *terminal, *([] if user is None else [f"--user={user}"])]
    words = words[1:] if words[0] == "--" else words
    runner.become("exec", *options, container.id, *words)

"""nixgen init: a project of a new user's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from nixgen.cli.packages import write_lock
from nixgen.cli.workspace import bring_up_to_date
from nixgen.errors import UsageError

_STARTER = {"images.py": "images.py", "packages.nix": "packages.nix", "gitignore": ".gitignore"}


@click.command("init")
@click.option("--lock/--no-lock", default=True, help="Lock Debian's packages (the default).")
@click.pass_obj
def command(folder: Path, lock: bool) -> None:
    """Make a new project: definitions of one image, its packages, and the files made of them."""
    starter = files("nixgen") / "starter"
    for target in _STARTER.values():
        if (folder / target).exists():
            raise UsageError(f"{folder / target}: there is a project here already")
    folder.mkdir(parents=True, exist_ok=True)
    for source, target in _STARTER.items():
        (folder / target).write_bytes((starter / source).read_bytes())
        click.echo(f"wrote {target}", err=True)
    project = bring_up_to_date(folder)
    if lock:
        write_lock(folder, project, update=False)
    click.echo("next: nixgen build, then nixgen run hello", err=True)

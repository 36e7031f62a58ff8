"""nixgen init: a project of a new user's own."""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path

import click

from nixgen.cli.package_lock import write_lock
from nixgen.cli.workspace import bring_up_to_date
from nixgen.errors import UsageError
from nixgen.files.atomic_write import write_atomically
from nixgen.project.load import DEFINITIONS_FILE

_STARTER = (DEFINITIONS_FILE, "packages.nix")
_IN_THE_WAY = (*_STARTER, "default.nix", "jobsets.nix", "nix")
_IGNORED = ("/.nixgen/", "/result", "/result-*")


@click.command("init")
@click.option("--lock/--no-lock", default=True, help="Lock Debian's packages (the default).")
@click.pass_obj
def command(folder: Path, lock: bool) -> None:
    """Make a new project: definitions of one image, its packages, and the files made of them.

    The folder is made as well where there is none.
    """
    for name in _IN_THE_WAY:
        if (folder / name).exists():
            raise UsageError(
                f"{folder / name}: init does not overwrite what is there already",
                "make the project in another folder; `nixgen emit` renews one that exists",
            )
    for name in _STARTER:
        write_atomically(folder / name, (files("nixgen.project") / "starter" / name).read_bytes())
        click.echo(f"wrote {name}", err=True)
    _ignore(folder / ".gitignore")
    project = bring_up_to_date(folder)
    if lock:
        write_lock(folder, project, update=False)
    named = "" if folder == Path() else f" --project {shlex.quote(str(folder))}"
    click.echo(f"next: nixgen{named} build, then nixgen{named} run hello", err=True)


def _ignore(file: Path) -> None:
    """Let git ignore what is the machine's own, beside what the file says already."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    if missing := [line for line in _IGNORED if line not in lines]:
        write_atomically(file, "".join(f"{line}\n" for line in [*lines, *missing]).encode())
        click.echo(f"wrote {file.name}", err=True)

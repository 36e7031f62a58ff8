"""nixgen emit: write the project's files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nixgen.cli.workspace import planned, write_or_show
from nixgen.errors import ExitStatus


@click.command("emit")
@click.option("--check", is_flag=True, help="Write nothing; print what differs and exit with 1.")
@click.pass_obj
def command(folder: Path, check: bool) -> None:
    """Write the project's Nix files from its definitions.

    default.nix, jobsets.nix and a file for each image; in a project of your own also the Nix
    library below nix/. Files that would not change are left alone, and those that nixgen did not
    write are never overwritten.
    """
    _, changes = planned(folder)
    if write_or_show(folder, changes, check=check):
        sys.exit(ExitStatus.CHECK_FAILED)

"""nixgen packages: what images are built from."""

from __future__ import annotations

from pathlib import Path

import click

from nixgen.cli.package_lock import write_lock
from nixgen.cli.package_types import write_types
from nixgen.cli.prefetch import prefetch
from nixgen.cli.workspace import bring_up_to_date
from nixgen.package_sets import nixpkgs
from nixgen.project.load import load_project


@click.group("packages")
def command() -> None:
    """Lock the packages that images are built from, and find images in registries."""


@command.command("lock")
@click.option("--update", is_flag=True, help="Take new versions even if the lock is complete.")
@click.pass_obj
def lock(folder: Path, update: bool) -> None:
    """Ask apt for the wanted Debian packages and all they need, and write debian.lock.json.

    It is for git to keep: whoever has it builds the same images, without apt. The lock is left
    alone while it holds what the project asks for.
    """
    write_lock(folder, load_project(folder), update=update)


@command.command("update")
@click.option("--branch", metavar="NAME", help="The branch to take, such as nixos-26.05.")
@click.option("--revision", metavar="ID", help="The commit to take instead of the newest.")
@click.pass_obj
def update(folder: Path, branch: str | None, revision: str | None) -> None:
    """Move the pin of nixpkgs to the newest revision of its branch, in the project's flake.lock.

    Only projects that build from nixpkgs have one; new Debian packages come with `lock --update`.
    """
    pin = nixpkgs.update(folder, branch=branch, revision=revision)
    for file in nixpkgs.lock_files(folder):
        click.echo(f"wrote {file}: nixpkgs {pin.branch} {pin.revision}", err=True)


@command.command("types")
@click.pass_obj
def types(folder: Path) -> None:
    """Write typings/, from which editors and type checkers know the project's packages.

    Then `pkgs.` is completed, and a package that is not there is an error. pyright and editors with
    it find the folder by themselves; mypy is told by `mypy_path = typings`.
    """
    bring_up_to_date(folder)
    click.echo(f"wrote {write_types(folder)}", err=True)


command.add_command(prefetch)

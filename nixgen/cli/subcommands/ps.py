"""nixgen ps: the containers that nixgen started."""

from __future__ import annotations

import json
from pathlib import Path

import click
from attrs import asdict

from nixgen.cli.started import engine_option
from nixgen.cli.table import table
from nixgen.programs.containers import find_engine


@click.command("ps")
@click.option("--all", "-a", "with_ended", is_flag=True, help="Show those that have ended too.")
@click.option("--everywhere", is_flag=True, help="Show those of other projects too.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@engine_option
@click.pass_obj
def command(
    folder: Path, with_ended: bool, everywhere: bool, as_json: bool, engine: str | None
) -> None:
    """List the running containers that `nixgen run` started of the project's images."""
    project = str(folder.resolve())
    shown = [
        each
        for each in find_engine(engine).started()
        if (each.runs or with_ended) and (everywhere or each.project == project)
    ]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in shown], indent=2))
        return
    rows = [
        [each.image, each.name, each.id[:12], each.state, " ".join(each.ports)] for each in shown
    ]
    for line in table(["IMAGE", "NAME", "ID", "STATE", "PORTS"], rows):
        click.echo(line)

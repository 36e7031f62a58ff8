"""nixgen compose: a compose file of images."""

from __future__ import annotations

from collections.abc import Sequence

import click

from nixgen.cli.completion import complete_image
from nixgen.cli.options import PassingOn
from nixgen.cli.workloads import workload_options
from nixgen.deploy import Workload, compose_file


@click.command("compose", cls=PassingOn)
@click.argument(
    "images", nargs=-1, required=True, metavar="IMAGE...", shell_complete=complete_image
)
@workload_options
def command(workloads: Sequence[Workload]) -> None:
    """Print a compose file with a service for each image, for docker compose or podman-compose.

    Images are named by the digest that `nixgen push` gives them. Options for Nix go after `--`.
    """
    click.echo(compose_file(workloads), nl=False)

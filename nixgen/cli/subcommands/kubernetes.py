"""nixgen kubernetes: Deployments of images."""

from __future__ import annotations

from collections.abc import Sequence

import click

from nixgen.cli.completion import complete_image
from nixgen.cli.options import PassingOn
from nixgen.cli.workloads import workload_options
from nixgen.deploy import Workload, deployments


@click.command("kubernetes", cls=PassingOn)
@click.argument(
    "images", nargs=-1, required=True, metavar="IMAGE...", shell_complete=complete_image
)
@click.option(
    "--replicas",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="How many containers of each image there are to be.",
)
@workload_options
def command(workloads: Sequence[Workload], replicas: int) -> None:
    """Print a Deployment for each image, by the digest that `nixgen push` gives it.

    `nixgen kubernetes web | kubectl apply -f -` starts it. It holds the probes, ports, volumes and
    the security context that the image needs. Options for Nix go after `--`.
    """
    click.echo(deployments(workloads, replicas), nl=False)

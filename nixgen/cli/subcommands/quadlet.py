"""nixgen quadlet: a unit of systemd for an image."""

from __future__ import annotations

from collections.abc import Sequence

import click

from nixgen.cli.completion import complete_image
from nixgen.cli.options import PassingOn
from nixgen.cli.workloads import workload_options
from nixgen.deploy import Workload, quadlet


@click.command("quadlet", cls=PassingOn)
@click.argument(
    "images",
    nargs=1,
    metavar="IMAGE",
    callback=lambda _, __, image: (image,),
    shell_complete=complete_image,
)
@workload_options
def command(workloads: Sequence[Workload]) -> None:
    """Print a unit that has systemd run the image with podman, 4.5 or newer.

    It belongs into /etc/containers/systemd or ~/.config/containers/systemd, as NAME.container.
    The image is named by the digest that `nixgen push` gives it. Options for Nix go after `--`.
    """
    click.echo(quadlet(workloads[0]), nl=False)

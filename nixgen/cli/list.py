"""nixgen list: the project's images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from nixgen.cli.table import table
from nixgen.cli.workspace import attribute_path
from nixgen.definitions import AnyImage, Image, LayeredImage, PulledImage
from nixgen.load import load_project


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list with an object an image.")
@click.pass_obj
def command(folder: Path, as_json: bool) -> None:
    """List the project's images: attribute, name, kind and services."""
    project = load_project(folder)
    rows = [
        {"attribute": attribute_path(project, attribute), **_describe(image)}
        for attribute, image in sorted(project.images.items())
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    shown = [
        [row["attribute"], row["name"], row["kind"], " ".join(row["services"])] for row in rows
    ]
    for line in table(["ATTRIBUTE", "NAME", "KIND", "SERVICES"], shown):
        click.echo(line)


def _describe(image: AnyImage) -> dict[str, Any]:
    match image:
        case PulledImage():
            return {"name": image.image_name, "kind": "pulled", "services": []}
        case LayeredImage():
            return {"name": image.name, "kind": "layered", "services": []}
        case Image(services=()):
            return {"name": image.name, "kind": "perp", "services": [image.name.split("/")[-1]]}
        case Image():
            services = [service.name for service in image.services]
            return {"name": image.name, "kind": "perp", "services": services}

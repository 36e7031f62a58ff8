"""nixgen list: the project's images."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nixgen.cli.table import table
from nixgen.cli.workspace import attribute_path
from nixgen.definitions import AnyImage, Image, LayeredImage, Project, PulledImage
from nixgen.project.load import load_project

if TYPE_CHECKING:
    from nixgen.registry import Manifest


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list with an object an image.")
@click.option(
    "--digests", is_flag=True, help="Build the images, and show the digest that a push will give."
)
@click.pass_obj
def command(folder: Path, as_json: bool, digests: bool) -> None:
    """List the project's images: attribute, name, kind and services."""
    project = load_project(folder)
    known = _digests(folder, project) if digests else {}
    rows = [
        {
            "attribute": attribute_path(project, attribute),
            **_describe(image),
            **(known.get(attribute, {"digest": None}) if digests else {}),
        }
        for attribute, image in sorted(project.images.items())
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    shown = [
        [
            row["attribute"],
            row["name"],
            row["kind"],
            " ".join(row["services"]),
            *([row["digest"] or ""] if digests else []),
        ]
        for row in rows
    ]
    heading = ["ATTRIBUTE", "NAME", "KIND", "SERVICES", *["DIGEST"] * digests]
    for line in table(heading, shown):
        click.echo(line)


def _digests(folder: Path, project: Project) -> dict[str, dict[str, str]]:
    """Return the digests of each image that is built here; the others are named by theirs."""
    # Only this option needs Nix and the registry's modules.
    from nixgen.cli.left_out import taken
    from nixgen.cli.oci import build_oci_images
    from nixgen.cli.workspace import bring_up_to_date

    bring_up_to_date(folder)
    built = build_oci_images(folder, project, taken(folder, project, ()))
    pulled = {
        attribute: {"digest": image.image_digest}
        for attribute, image in project.images.items()
        if isinstance(image, PulledImage)
    }
    return pulled | {image.attribute: _digests_of(image.layout.forms) for image in built}


def _digests_of(forms: Sequence[Manifest]) -> dict[str, str]:
    """Return the digest of an image, and that of its docker form for registries without OCI."""
    docker = next((form.digest for form in forms if form.form == "docker"), None)
    return {"digest": forms[0].digest, **({"dockerDigest": docker} if docker else {})}


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

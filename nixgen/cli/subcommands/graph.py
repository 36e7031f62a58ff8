"""nixgen graph: the order of an image's services."""

from __future__ import annotations

from pathlib import Path

import click

from nixgen.cli.completion import complete_image


@click.command("graph")
@click.argument("image", shell_complete=complete_image)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "mermaid", "dot"]),
    default="text",
    show_default=True,
    help="Mermaid is for Markdown, dot for Graphviz.",
)
@click.pass_obj
def command(folder: Path, image: str, form: str) -> None:
    """Show in which order the services of an image start, and what each of them waits for."""
    from nixgen.cli import service_order
    from nixgen.cli.workspace import selected
    from nixgen.definitions import Image
    from nixgen.errors import UsageError
    from nixgen.project.load import load_project

    project = load_project(folder)
    [attribute] = selected(project, [image])
    found = project.images[attribute]
    if not isinstance(found, Image):
        raise UsageError(f"{image}: expected an image of services, got a {type(found).__name__}")
    write = {
        "text": service_order.as_text,
        "mermaid": service_order.as_mermaid,
        "dot": service_order.as_dot,
    }[form]
    for line in write(service_order.nodes(found)):
        click.echo(line)

"""Completion of the names of images in a shell."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from nixgen.errors import NixgenError


def complete_image(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the project's images that begin so, none where the definitions are wrong."""
    from nixgen.project.load import load_project  # the command line starts without it

    folder = context.find_root().params.get("folder") or Path()
    try:
        project = load_project(folder)
    except (NixgenError, OSError):
        return []
    return [
        CompletionItem(name, help=getattr(image, "name", None))
        for name, image in project.images.items()
        if name.startswith(incomplete)
    ]

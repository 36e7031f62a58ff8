"""The project's folder as the subcommands see it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from nixgen.definitions import Project, PulledImage
from nixgen.errors import UsageError
from nixgen.project import emit
from nixgen.project.load import load_project
from nixgen.project.nix_library import library_files
from nixgen.project.plan import IMAGES_FOLDER, plan


def bring_up_to_date(folder: Path) -> Project:
    """Load the project and write the files that its definitions ask for; return it."""
    project, changes = planned(folder)
    if changes or changes.record:
        emit.apply(folder, changes)
        report(changes)
    return project


def planned(folder: Path) -> tuple[Project, emit.Changes]:
    """Load the project; return it with what separates its folder from its definitions."""
    project = load_project(folder)
    return project, emit.compare(folder, plan(project, library_files(folder), folder))


def write_or_show(folder: Path, changes: emit.Changes, *, check: bool) -> bool:
    """Write what differs, or with `check` print it; return whether something differs still."""
    if not check:
        emit.apply(folder, changes)
        report(changes)
        return False
    if changes:
        for line in emit.differences(folder, changes):
            click.echo(line)
    return bool(changes)


def report(changes: emit.Changes) -> None:
    """Say on standard error which files were written and removed."""
    for verb, paths in (("wrote", sorted(changes.write)), ("removed", changes.remove)):
        images = [path for path in paths if path.startswith(f"{IMAGES_FOLDER}/")]
        for path in [path for path in paths if not path.startswith("nix/")] + images:
            click.echo(f"{verb} {path}", err=True)
        if library := len([path for path in paths if path.startswith("nix/")]) - len(images):
            click.echo(f"{verb} the Nix library in nix/ ({library} files)", err=True)


def selected(project: Project, names: Sequence[str]) -> list[str]:
    """Return the attributes of the named images, or of all that are built here when none is named.

    An image goes by its attribute or by its name in a registry. Raises UsageError for an unknown
    one, with the nearest names.
    """
    if not names:
        return [
            name for name, image in project.images.items() if not isinstance(image, PulledImage)
        ]
    by_image_name = {
        getattr(image, "name", attribute): attribute for attribute, image in project.images.items()
    }
    return list(dict.fromkeys(_attribute(project, by_image_name, name) for name in names))


def _attribute(project: Project, by_image_name: dict[str, str], name: str) -> str:
    attribute = name.removeprefix("dockerImages.").removeprefix("pulled.")
    if attribute in project.images:
        return attribute
    if name in by_image_name:
        return by_image_name[name]
    near = get_close_matches(attribute, {*project.images, *by_image_name}, cutoff=0.5)
    suggestion = f"did you mean {' or '.join(near)}?" if near else "`nixgen list` shows them"
    raise UsageError(f"{name}: the project has no such image", suggestion)


def attribute_path(project: Project, attribute: str) -> str:
    """Return the path of the image in default.nix."""
    pulled = "pulled." if isinstance(project.images[attribute], PulledImage) else ""
    return f"dockerImages.{pulled}{attribute}"

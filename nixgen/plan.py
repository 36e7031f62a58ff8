"""Plan a project's files: its definitions lowered, rendered and set into their frames."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from nixgen import lower
from nixgen.definitions import Project
from nixgen.template import fill

IMAGES_FOLDER = "nix/images"


@frozen
class Plan:
    """The files that a project should have, by path below its folder.

    `generated` files are made from the definitions; `library` files are copies.
    """

    generated: Mapping[str, str]
    library: Mapping[str, bytes]


def plan(project: Project, library: Mapping[str, bytes]) -> Plan:
    """Return the project's files beside those of its copy of the Nix library."""
    return Plan({**_image_files(project), **_entry_files(project)}, library)


def _image_files(project: Project) -> dict[str, str]:
    return {
        f"{IMAGES_FOLDER}/{attribute}.nix": fill(
            "image.nix", image=lower.image(definition, project.fluentd)
        )
        for attribute, definition in project.images.items()
    }


def _entry_files(project: Project) -> dict[str, str]:
    return {
        "default.nix": fill(
            "default.nix",
            package_set=lower.package_set(project),
            docker_images=lower.docker_images(project),
        ),
        "jobsets.nix": fill("jobsets.nix"),
    }

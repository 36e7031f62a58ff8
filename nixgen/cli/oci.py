"""Images in the form in which they are pushed, whose digest is known before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from nixgen.cli.evaluation import command_roots, despite_collector, instantiate
from nixgen.cli.progress import progress
from nixgen.cli.realisation import leading_to_definitions
from nixgen.cli.workspace import attribute_path
from nixgen.definitions import Project, PulledImage
from nixgen.errors import UsageError
from nixgen.programs import nix
from nixgen.registry import Layout, read_layout

_HASH_LENGTH = 32


@frozen
class OciImage:
    """A built image: its attribute, its name, the hash of its output path, and its blobs."""

    attribute: str
    name: str
    output_sha: str
    layout: Layout


def build_oci_images(
    folder: Path, project: Project, attributes: Sequence[str], options: Sequence[str] = ()
) -> list[OciImage]:
    """Build the images as OCI directories, with one evaluation; their archives are not made.

    Raises EvaluationError or BuildError.
    """
    names = [built_name(project, attribute) for attribute in attributes]
    if not attributes:
        return []
    paths = [attribute_path(project, attribute) for attribute in attributes]

    def realise() -> tuple[list[str], list[str]]:
        wanted = [f"{path}.oci" for path in paths]
        derivations = instantiate(folder, wanted, options, others=paths)
        derivations_of.update(zip(attributes, derivations.wanted, strict=True))
        archives = nix.output_paths(derivations.others)
        with progress() as show:
            roots = command_roots(folder)
            return archives, nix.realise(derivations, options, roots=roots, on_step=show)

    with leading_to_definitions(folder, project, attributes) as derivations_of:
        archives, folders = despite_collector(realise)
    return [
        OciImage(
            attribute,
            name,
            Path(archive).name[:_HASH_LENGTH],
            read_layout(Path(oci)),
        )
        for attribute, name, archive, oci in zip(attributes, names, archives, folders, strict=True)
    ]


def built_name(project: Project, attribute: str) -> str:
    """Return the name of an image that is built here. Raises UsageError for a pulled one."""
    image = project.images[attribute]
    if isinstance(image, PulledImage):
        raise UsageError(f"{attribute}: expected an image that is built here, got a pulled one")
    return image.name


def find_output_sha(
    folder: Path, project: Project, attribute: str, options: Sequence[str] = ()
) -> str:
    """Return the hash part of the image's output path, without building anything.

    Raises EvaluationError.
    """

    def find() -> list[str]:
        derivations = instantiate(folder, [attribute_path(project, attribute)], options)
        return nix.output_paths(derivations.wanted)

    with leading_to_definitions(folder, project, [attribute]):
        [archive] = despite_collector(find)
    return Path(archive).name[:_HASH_LENGTH]

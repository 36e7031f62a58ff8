"""Evaluate and realise images of the project, and lead from a failure to its definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from nixgen.cli.evaluation import command_roots, despite_collector, instantiate
from nixgen.cli.nix_remedies import nix_remedy
from nixgen.cli.package_lock import misfit_message
from nixgen.cli.progress import progress
from nixgen.cli.workspace import attribute_path
from nixgen.definitions import DebianPackageSet, Project
from nixgen.errors import NixgenError
from nixgen.package_sets import debian
from nixgen.programs import nix


def realise_images(
    folder: Path,
    project: Project,
    attributes: Sequence[str],
    *,
    output: str = "",
    options: Sequence[str] = (),
) -> dict[str, str]:
    """Build the images, or with `output` what that attribute of each holds, such as "oci".

    One evaluation serves them all. Returns the output paths by the images' attributes. Raises
    EvaluationError or BuildError, with the place of the definition that failed.
    """
    paths = [
        f"{attribute_path(project, attribute)}{output and f'.{output}'}" for attribute in attributes
    ]
    if not paths:
        return {}

    def realise() -> list[str]:
        derivations = instantiate(folder, paths, options)
        derivations_of.update(zip(attributes, derivations.wanted, strict=True))
        with progress() as show:
            return nix.realise(derivations, options, roots=command_roots(folder), on_step=show)

    with leading_to_definitions(folder, project, attributes) as derivations_of:
        outputs = despite_collector(realise)
    return dict(zip(attributes, outputs, strict=True))


@contextmanager
def leading_to_definitions(
    folder: Path, project: Project, attributes: Sequence[str]
) -> Iterator[dict[str, str]]:
    """Add to an error of Nix where its images are defined, and whether the lock is the cause.

    Gives a mapping for the derivations by the images' attributes, once they are known.
    """
    derivations: dict[str, str] = {}
    try:
        yield derivations
    except NixgenError as error:
        places = _places(project, attributes, derivations, str(error))
        lock = _lock_remedy(folder, project)
        remedy = None if lock else nix_remedy(str(error))
        raise error.with_remedies(*places, lock, remedy) from None


def _lock_remedy(folder: Path, project: Project) -> str | None:
    """Return a line about the lock if it exists and does not fit what the project wants."""
    if not isinstance(project.package_set, DebianPackageSet):
        return None
    lock = folder / debian.LOCK_NAME
    fault = debian.find_fault(lock, project.package_set) if lock.exists() else None
    if fault is None:
        return None
    return misfit_message(lock, fault)


def _places(
    project: Project, attributes: Sequence[str], derivations: Mapping[str, str], message: str
) -> list[str]:
    """Return a line for each image that the message speaks of."""
    spoken_of = [
        attribute
        for attribute in attributes
        if len(attributes) == 1
        or f"{attribute}.nix" in message
        or f"dockerImages.{attribute}" in message
        or derivations.get(attribute, "no derivation") in message
    ]
    places = [
        f"{project.images[attribute].location}: dockerImages.{attribute} is defined here"
        for attribute in spoken_of
    ]
    services = [
        f"{service.location}: services.{service.name} is defined here"
        for attribute in spoken_of
        for service in getattr(project.images[attribute], "services", ())
        if f'service "{service.name}"' in message
    ]
    return [*places, *services]

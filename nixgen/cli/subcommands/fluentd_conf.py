"""nixgen fluentd-conf: the configuration of an image's fluentd."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from nixgen.cli.completion import complete_image
from nixgen.cli.evaluation import command_roots, despite_collector, instantiate
from nixgen.cli.options import PassingOn, nix_options, passed_on_to_nix
from nixgen.cli.progress import progress
from nixgen.cli.realisation import leading_to_definitions
from nixgen.cli.workspace import attribute_path, bring_up_to_date, selected
from nixgen.definitions import Image, Project
from nixgen.definitions.fluentd_sections import section_origins
from nixgen.errors import NixgenError, UsageError
from nixgen.programs import nix
from nixgen.programs.fluentd import Fluentd
from nixgen.programs.nix import Derivations

_CONF = "-fluentd.conf.drv"
_PLUGINS = Path("nix", "fluentd", "plugins")


@click.command("fluentd-conf", cls=PassingOn)
@click.argument("image", shell_complete=complete_image)
@click.option("--show", is_flag=True, help="Print the text instead of the path.")
@click.option("--check", is_flag=True, help="Let fluentd read it, without starting.")
@click.option(
    "--fluentd", "program", metavar="PROGRAM", help="What checks it: fluentdCw unless given."
)
@nix_options
@click.pass_obj
def command(
    folder: Path, image: str, show: bool, check: bool, program: str | None, nix_words: list[str]
) -> None:
    """Build the fluentd.conf of an image, and print its path.

    The image itself is not built. With `--check` the command fails, and names the service, if
    fluentd refuses the configuration or does not know one of its parameters. Options for Nix go
    after `--`; `--arg fluentd` passes the package.
    """
    options = [*nix_words, *passed_on_to_nix()]
    project = bring_up_to_date(folder)
    [attribute] = selected(project, [image])
    with leading_to_definitions(folder, project, [attribute]):
        path = despite_collector(
            lambda: _realise(
                folder, _conf_derivations(folder, project, attribute, options), options
            )
        )
        fluentd = _find_fluentd(folder, program, options) if check else None
    text = Path(path).read_text(encoding="utf-8")
    if fluentd:
        _check(fluentd, project, attribute, text)
    click.echo(text if show else path, nl=not show)


def _conf_derivations(
    folder: Path, project: Project, attribute: str, options: Sequence[str]
) -> Derivations:
    """Return the derivation of the configuration: it is in the closure of the image's."""
    image = attribute_path(project, attribute)
    [derivation] = instantiate(folder, [image], options).wanted
    found = [path for path in nix.requisites(derivation) if path.endswith(_CONF)]
    if not found:
        raise UsageError(
            f"{image}: no service of the image has a source for fluentd",
            "set it with fluentd=Fluentd(source=Source(type=...))",
        )
    if len(found) > 1:  # the parent image has one as well
        return instantiate(folder, [f"{image}.fluentdConf"], options)
    return Derivations(found)


def _realise(folder: Path, derivations: Derivations, options: Sequence[str]) -> str:
    with progress() as show:
        [path] = nix.realise(derivations, options, roots=command_roots(folder), on_step=show)
    return path


def _find_fluentd(folder: Path, program: str | None, options: Sequence[str]) -> Fluentd:
    """Return the program that was named, or the package set's, which brings our plugins along."""
    if program:
        return Fluentd(program, folder / _PLUGINS)
    package = despite_collector(
        lambda: _realise(folder, instantiate(folder, ["fluentdCw"], options), options)
    )
    return Fluentd(f"{package}/bin/fluentd")


def _check(fluentd: Fluentd, project: Project, attribute: str, text: str) -> None:
    """Raise NixgenError with what fluentd complains of, each complaint with its owner."""
    complaints = fluentd.complaints(text)
    if not complaints:
        return
    lines = _with_origins(fluentd, complaints, _sections(project, attribute, text))
    what = f"{attribute_path(project, attribute)}: fluentd does not take the configuration"
    raise NixgenError(what, *lines)


def _sections(project: Project, attribute: str, text: str) -> list[tuple[str, str]]:
    """Return the sections of the configuration, each with where it comes from."""
    sections = text.split("\n\n")
    image = project.images[attribute]
    origins = list(section_origins(image, project.fluentd)) if isinstance(image, Image) else []
    if len(origins) != len(sections):  # Nix knows more than the definitions
        origins = [section.partition("\n")[0] for section in sections]
    return list(zip(origins, sections, strict=True))


def _with_origins(
    fluentd: Fluentd, complaints: list[str], sections: list[tuple[str, str]]
) -> Iterator[str]:
    """Yield the complaints with their origins: a section makes its complaint also when alone."""
    explained = set()
    for origin, section in sections:
        for complaint in fluentd.complaints(section):
            if complaint in complaints:
                explained.add(complaint)
                yield f"{origin}: {complaint}"
    yield from (complaint for complaint in complaints if complaint not in explained)

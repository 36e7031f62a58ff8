"""nixgen run: start a container of an image."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from nixgen.cli.command_words import PassingCommand, command_words
from nixgen.cli.completion import complete_image
from nixgen.cli.health_check import health_check_options
from nixgen.cli.options import nix_options, passed_on
from nixgen.cli.package_lock import fit_lock
from nixgen.cli.ready import saying_when_ready
from nixgen.cli.realisation import realise_images
from nixgen.cli.workspace import bring_up_to_date, selected
from nixgen.definitions import AnyImage, PulledImage
from nixgen.errors import remedy_lines
from nixgen.programs.containers import ENGINES, find_engine
from nixgen.programs.started_containers import labels

# Options for the engine that ask for what a followed container is given anyway: its removal takes
# along what tells its status.
_GIVEN = ("--rm", "--rm=true")
_FOR_THE_ENGINE = "nixgen.for_the_engine"

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _for_the_engine(
    *names: str, multiple: bool = True, **details: str
) -> Callable[[_Command], _Command]:
    """Give the command an option that the engine has under the same name."""

    def pass_on(context: click.Context, _: click.Parameter, values: Any) -> None:
        listed = values if multiple else (values,)
        words = [f"{names[0]}={value}" for value in listed if value is not None]
        context.meta[_FOR_THE_ENGINE] = [*context.meta.get(_FOR_THE_ENGINE, ()), *words]

    return click.option(
        *names, multiple=multiple, callback=pass_on, expose_value=False, **cast(Any, details)
    )


@click.command("run", cls=PassingCommand)
@click.argument("image", shell_complete=complete_image)
@click.option("--engine", type=click.Choice(ENGINES), help="What runs it: podman first.")
@click.option("--detach", "-d", is_flag=True, help="Print the container's id and leave it running.")
@_for_the_engine("--publish", "-p", metavar="[IP:]PORT:PORT", help="Publish a port; repeatable.")
@_for_the_engine("--env", "-e", metavar="NAME[=VALUE]", help="Set a variable; repeatable.")
@_for_the_engine("--volume", "-v", metavar="FROM:TO", help="Mount a folder or volume; repeatable.")
@_for_the_engine("--name", metavar="NAME", help="Name the container.", multiple=False)
@nix_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    engine: str | None,
    detach: bool,
    nix_words: list[str],
) -> None:
    """Build an image, load it into podman or docker, and start a container of it.

    Shows the container's log until it ends, and ends with its status; an interrupt stops and
    removes it. Says when something answers in HTTP at the published ports. COMMAND takes the place
    of the image's own; our options stand before it. Further options for the engine, such as
    `--memory 200m`, go after `--`.
    """
    folder: Path = context.obj
    runner = find_engine(engine)
    project = bring_up_to_date(folder)
    fit_lock(folder, project, nix_words)
    [attribute] = selected(project, [image])
    output = f"loadedBy.{runner.name}"
    [path] = realise_images(folder, project, [attribute], output=output, options=nix_words).values()
    given = [*context.meta.get(_FOR_THE_ENGINE, ()), *passed_on()]
    words = [word for word in given if detach or word not in _GIVEN]
    marks = labels(folder, attribute, followed=not detach)
    instead = command_words()
    health = [] if instead else health_check_options(path)
    repository = _repository(project.images[attribute])
    container = runner.run(path, repository, [*health, *marks, *words], instead)
    if detach:
        click.echo(container)
        return
    ended = runner.follow(container, saying_when_ready(lambda: runner.ports(container)))
    if ended.out_of_memory:
        click.echo(
            f"{image}: the container had no memory left"
            + remedy_lines("give it more with `-- --memory`"),
            err=True,
        )
    sys.exit(ended.status)


def _repository(image: AnyImage) -> str:
    """Return the name of the image without a port, which no part of a name can hold."""
    if not isinstance(image, PulledImage):
        return image.name
    name = image.image_name
    return name.partition("/")[2] if ":" in name else name

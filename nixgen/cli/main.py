"""The command itself: its subcommands, and how errors end it."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from nixgen import __version__
from nixgen.cli.project_folder import require_folder
from nixgen.cli.terminal import has_colors, prepare_streams, without_controls
from nixgen.errors import ExitStatus, NixgenError, remedy_lines
from nixgen.files.disk_room import advice

_SUBCOMMANDS = {
    "init": "Make a new project in an empty folder.",
    "emit": "Write the project's Nix files from its definitions.",
    "list": "List the project's images.",
    "graph": "Show the order of an image's services.",
    "build": "Build images with Nix.",
    "fluentd-conf": "Build, show or check the fluentd.conf of an image.",
    "run": "Start a container of an image.",
    "ps": "List the containers that `nixgen run` started.",
    "logs": "Show the log of a container.",
    "exec": "Run a command in a container.",
    "shell": "Open a shell in a container.",
    "stop": "Stop containers and remove them.",
    "push": "Push images to a registry.",
    "tags": "List the commits behind an image in a registry.",
    "kubernetes": "Print Deployments that run images in Kubernetes.",
    "compose": "Print a compose file that runs images.",
    "quadlet": "Print a unit that runs an image with podman and systemd.",
    "hydra": "Describe the project to a Hydra server, and check its jobs.",
    "packages": "Lock the packages that images are built from.",
}
_OF_OTHERS = {
    "images": "list",
    "lock": "packages lock",
    "ls": "list",
    "new": "init",
    "start": "run",
    "update": "packages update",
}
"""Commands of other programs, and of nixgen what is nearest."""
_HELP_OPTIONS = {"-h", "--help"}
_ASKS_FOR_HELP = "nixgen.asks_for_help"


class LazyGroup(click.Group):
    """A group whose subcommands are imported when they are called, not to list them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the subcommands' names in the order of a project's life."""
        return list(_SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of the subcommand."""
        if cmd_name not in _SUBCOMMANDS:
            return None
        module = import_module(f"nixgen.cli.subcommands.{cmd_name.replace('-', '_')}")
        found: click.Command = module.command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand, and keep whether its help is asked for."""
        ctx.meta[_ASKS_FOR_HELP] = not _HELP_OPTIONS.isdisjoint(args)
        if args and args[0] not in _SUBCOMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches  # the command line starts without it

            near = get_close_matches(args[0], _SUBCOMMANDS, n=1, cutoff=0.7)
            meant = _OF_OTHERS.get(args[0]) or (near[0] if near else None)
            remedy = f" Did you mean '{meant}'?" if meant else ""
            ctx.fail(f"No such command '{args[0]}'.{remedy}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUBCOMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": sorted(_HELP_OPTIONS)})
@click.option(
    "--project",
    "-p",
    "folder",
    type=click.Path(path_type=Path, readable=False),
    default=Path(),
    metavar="FOLDER",
    help="The project's folder (the current one unless given).",
)
@click.version_option(__version__, prog_name="nixgen")
@click.pass_context
def command(context: click.Context, folder: Path) -> None:
    """Container images described in Python, built by Nix.

    A project is a folder with images.py. Results go to standard output, everything else to
    standard error. Exit status: 0 done, 1 a check failed, 2 usage, 3 definition, 4 evaluation,
    5 build, 6 registry, 130 interrupted.
    """
    if not context.meta[_ASKS_FOR_HELP]:
        require_folder(folder, may_be_made=context.invoked_subcommand == "init")
    context.obj = folder


def main() -> None:
    """Run the command line; every error ends in one message and the status of its kind."""
    prepare_streams()
    # Definitions are many small objects that stay: to look among them for cycles as often as
    # Python does by itself takes a tenth of the time.
    gc.set_threshold(100_000)
    try:
        command.main(prog_name="nixgen", standalone_mode=False)
    except click.exceptions.Exit as ending:
        sys.exit(ending.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitStatus.USAGE)
    except NixgenError as error:
        _fail(str(error), error.exit_status)
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted", ExitStatus.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nothing is left to say
    except OSError as error:
        said = f"{error.filename or 'system'}: {error.strerror or error}"
        file = Path(os.fsdecode(error.filename)) if error.filename else None
        _fail(f"{said}{advice(said, file=file)}", ExitStatus.USAGE)
    except Exception as error:
        if os.environ.get("NIXGEN_TRACEBACK"):
            raise
        _fail(
            f"a mistake in nixgen itself: {type(error).__name__}: {error}"
            + remedy_lines("please report it, with what NIXGEN_TRACEBACK=1 shows"),
            ExitStatus.CHECK_FAILED,
        )
    finally:
        gc.freeze()  # no last search for cycles: the end of the process frees all there is


def _fail(message: str, status: ExitStatus) -> None:
    name = click.style("nixgen:", fg="red", bold=True) if has_colors() else "nixgen:"
    click.echo(f"{name} {without_controls(message)}", err=True)
    sys.exit(status)

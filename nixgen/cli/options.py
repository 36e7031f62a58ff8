"""What several subcommands share: options of Nix, and words passed on after `--`."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from typing import Any

import click

from nixgen.errors import UsageError
from nixgen.programs import nix
from nixgen.programs.nix_options import DRY_RUN, asks_for

_NIX_OPTIONS = {
    "builders": "Remote machines that Nix builds on (see the Nix manual).",
    "substituters": "Binary caches that Nix asks first.",
    "max-jobs": "How many builds may run at once on this machine.",
    "cores": "How many cores a build may use.",
}
_VERBOSE = "--verbose"
_PASSED_ON = "nixgen.passed_on"


class PassingOn(click.Command):
    """A command that passes the words after `--` on to the program behind it.

    Unless it is another than Nix, `--verbose` asks for Nix's trace.
    """

    passes_to_nix = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words after `--` from being taken for ours."""
        at = args.index("--") if "--" in args else len(args)
        own, ctx.meta[_PASSED_ON] = args[:at], args[at + 1 :]
        if _VERBOSE in own and self.passes_to_nix:
            own = [word for word in own if word != _VERBOSE]
            ctx.meta[_PASSED_ON].append("--show-trace")
        try:
            return super().parse_args(ctx, own)
        except click.NoSuchOption as error:
            near = [each for each in error.possibilities or () if _is_near(each, error.option_name)]
            hint = (
                "" if near else f" Options of other programs go behind --: -- {error.option_name}"
            )
            raise click.NoSuchOption(
                error.option_name, f"No such option '{error.option_name}'.{hint}", near, ctx
            ) from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show `--verbose` among the options where the command passes words on to Nix."""
        super().format_options(ctx, formatter)
        if self.passes_to_nix:
            with formatter.section("Of Nix"):
                formatter.write_dl([(_VERBOSE, "Show how Nix came to an error (--show-trace).")])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Show in the usage line that words are passed on."""
        return [*super().collect_usage_pieces(ctx), "[-- WORDS...]"]


class PassingOnToEngine(PassingOn):
    """A command that passes the words after `--` on to a container engine."""

    passes_to_nix = False


def _is_near(option: str, given: str) -> bool:
    return bool(get_close_matches(given, [option], cutoff=0.7))


def passed_on() -> list[str]:
    """Return the words after `--` on the command line of the command that runs."""
    words: list[str] = click.get_current_context().meta[_PASSED_ON]
    return words


def passed_on_to_nix(*, may_build_nothing: bool = False) -> list[str]:
    """Return the words after `--`, which are options for Nix.

    Raises UsageError for what is none, for what is nixgen's own business, and, unless the command
    `may_build_nothing`, for `--dry-run`.
    """
    words = passed_on()
    nix.check_options(words)
    if asks_for(DRY_RUN, words) and not may_build_nothing:
        raise UsageError(
            f"{DRY_RUN}: this command needs what Nix would not build\n"
            "  `nixgen build -- --dry-run` tells what would be built"
        )
    return words


def nix_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a subcommand Nix's options; its parameter `nix_words` takes them as words for Nix."""

    @wraps(command)
    def with_options(*args: Any, **kwargs: Any) -> None:
        given = {name: kwargs.pop(name.replace("-", "_")) for name in _NIX_OPTIONS}
        words = [
            word
            for name, value in given.items()
            if value is not None
            for word in ("--option", name, value)
        ]
        command(*args, nix_words=words, **kwargs)

    decorated: Callable[..., None] = with_options
    for name, text in reversed(_NIX_OPTIONS.items()):
        decorated = click.option(f"--{name}", metavar="VALUE", help=text)(decorated)
    return decorated

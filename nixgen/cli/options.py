"""What several subcommands share: options of Nix, and words passed on after `--`."""

from __future__ import annotations

from collections.abc import Callable
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
_PASSED_ON = "nixgen.passed_on"


class PassingOn(click.Command):
    """A command that passes the words after `--` on to the program behind it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words after `--` from being taken for ours."""
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[_PASSED_ON] = args[at + 1 :]
        return super().parse_args(ctx, args[:at])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Show in the usage line that words are passed on."""
        return [*super().collect_usage_pieces(ctx), "[-- WORDS...]"]


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

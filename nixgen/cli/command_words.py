"""A command that follows the image on the command line, with options of its own."""

from __future__ import annotations

from collections.abc import Sequence

import click

from nixgen.cli.options import PassingOnToEngine

_WORDS = "nixgen.command_words"


class PassingCommand(PassingOnToEngine):
    """A subcommand `IMAGE [COMMAND WORD...] [-- ENGINE OPTIONS...]`; ours stand before COMMAND."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words from the second that is no option of ours for the container."""
        end = args.index("--") if "--" in args else len(args)
        begin = self._begin(ctx, args[:end])
        ctx.meta[_WORDS] = args[begin:end]
        return super().parse_args(ctx, [*args[:begin], *args[end:]])

    def _begin(self, ctx: click.Context, words: Sequence[str]) -> int:
        """Return where the container's command begins: at the second word that is no option."""
        flags = {
            name: not (isinstance(each, click.Option) and not each.is_flag)
            for each in self.get_params(ctx)
            for name in each.opts
        }
        images, at = 0, 0
        while at < len(words):
            word = words[at]
            if not word.startswith("-"):
                images += 1
                if images > 1:
                    return at
            at += 1 if flags.get(word, True) else 2
        return len(words)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Show in the usage line where the command stands."""
        *ours, passed_on = super().collect_usage_pieces(ctx)
        return [*ours, "[COMMAND [WORD]...]", passed_on]


def command_words() -> list[str]:
    """Return the words of the command that the container is to run, none for the image's own."""
    words: list[str] = click.get_current_context().meta[_WORDS]
    return words

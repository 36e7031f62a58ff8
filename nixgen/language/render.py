"""Render expressions as Nix: the only writer of Nix syntax.

Layout follows RFC 166 (Nix formatting). Every text arrives in Nix exactly as it is in Python.
"""

from __future__ import annotations

from nixgen.language import Expression
from nixgen.language.layout import INDENT, indent
from nixgen.language.nodes import VERBATIM_NEWLINE, place
from nixgen.language.precedence import Level

__all__ = ["NixText", "render"]


class NixText(str):
    """Nix syntax that the renderer wrote; templates take nothing else."""

    __slots__ = ()


def render(expression: Expression, *, depth: int = 0) -> NixText:
    """Return the expression in Nix syntax, without a newline at its end.

    Lines after the first are indented by `depth` steps, as far as the line that the text is put
    on.
    """
    text = place(expression, Level.EXPRESSION)
    for _ in range(depth):
        text = indent(text)[len(INDENT) :]
    return NixText(text.replace(VERBATIM_NEWLINE, "\n"))

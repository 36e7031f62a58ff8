"""How tightly the expressions of Nix bind, after the grammar of Nix 2.8 (src/libexpr/parser.y)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Level(IntEnum):
    """The kinds of expressions that nixgen writes, from the loosest to the tightest."""

    EXPRESSION = 0
    EQUALITY = 1
    UPDATE = 2
    SUM = 3
    PRODUCT = 4
    NEGATION = 5
    CALL = 6
    SELECT = 7
    SIMPLE = 8


BINARY: Final = {
    "==": (Level.EQUALITY, None),
    "//": (Level.UPDATE, "right"),
    "+": (Level.SUM, "left"),
    "-": (Level.SUM, "left"),
    "*": (Level.PRODUCT, "left"),
}
"""The level of each operator, and the side on which an operand of that level stands bare."""

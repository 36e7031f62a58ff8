"""How tightly the expressions of Nix bind, after the grammar of Nix 2.8 (src/libexpr/parser.y)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Level(IntEnum):
    """The kinds of expressions, from the loosest to the tightest."""

    EXPRESSION = 0
    IMPLICATION = 1
    OR = 2
    AND = 3
    EQUALITY = 4
    COMPARISON = 5
    UPDATE = 6
    NOT = 7
    SUM = 8
    PRODUCT = 9
    CONCATENATION = 10
    HAS_ATTRIBUTE = 11
    NEGATION = 12
    CALL = 13
    SELECT = 14
    SIMPLE = 15


UNARY: Final = {"!": Level.NOT, "-": Level.NEGATION}

BINARY: Final = {
    "->": (Level.IMPLICATION, "right"),
    "||": (Level.OR, "left"),
    "&&": (Level.AND, "left"),
    "==": (Level.EQUALITY, None),
    "!=": (Level.EQUALITY, None),
    "<": (Level.COMPARISON, None),
    "<=": (Level.COMPARISON, None),
    ">": (Level.COMPARISON, None),
    ">=": (Level.COMPARISON, None),
    "//": (Level.UPDATE, "right"),
    "+": (Level.SUM, "left"),
    "-": (Level.SUM, "left"),
    "*": (Level.PRODUCT, "left"),
    "/": (Level.PRODUCT, "left"),
    "++": (Level.CONCATENATION, "right"),
}
"""The level of each operator, and the side on which an operand of that level stands bare."""

"""Nix expressions as frozen values: the nodes, and the names that definitions write with."""

from nixgen.expression.checks import is_identifier
from nixgen.expression.marks import describe
from nixgen.expression.names import NixValue, docker_images, lib, nix, pkgs
from nixgen.expression.syntax import (
    Assert,
    Binary,
    Call,
    Formal,
    Formals,
    Function,
    HasAttribute,
    If,
    Let,
    Path,
    Raw,
    Select,
    Unary,
    Variable,
    With,
)
from nixgen.expression.values import (
    AttributeSet,
    Expression,
    List,
    Literal,
    String,
    SupportsNix,
    to_expression,
)

__all__ = [
    "Assert",
    "AttributeSet",
    "Binary",
    "Call",
    "Expression",
    "Formal",
    "Formals",
    "Function",
    "HasAttribute",
    "If",
    "Let",
    "List",
    "Literal",
    "NixValue",
    "Path",
    "Raw",
    "Select",
    "String",
    "SupportsNix",
    "Unary",
    "Variable",
    "With",
    "describe",
    "docker_images",
    "is_identifier",
    "lib",
    "nix",
    "pkgs",
    "to_expression",
]

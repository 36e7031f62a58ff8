"""Nix expressions as frozen values: the nodes, and the names that definitions write with."""

from nixgen.language.checks import is_holdable, is_identifier
from nixgen.language.marks import describe
from nixgen.language.names import NixValue, docker_images, lib, nix, pkgs
from nixgen.language.syntax import (
    Binary,
    Call,
    If,
    Path,
    Raw,
    Select,
    Variable,
)
from nixgen.language.values import (
    AttributeSet,
    Expression,
    List,
    Literal,
    String,
    SupportsNix,
    to_expression,
)

__all__ = [
    "AttributeSet",
    "Binary",
    "Call",
    "Expression",
    "If",
    "List",
    "Literal",
    "NixValue",
    "Path",
    "Raw",
    "Select",
    "String",
    "SupportsNix",
    "Variable",
    "describe",
    "docker_images",
    "is_holdable",
    "is_identifier",
    "lib",
    "nix",
    "pkgs",
    "to_expression",
]

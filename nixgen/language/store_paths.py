"""Tell by its shape whether an expression is a store path, as a package is."""

from __future__ import annotations

from typing import Final

from nixgen.language.syntax import Binary, Call, Select, Variable
from nixgen.language.values import Expression, String

_SETS_OF_PACKAGES: Final = {"dockerImages", "pkgs"}
_NO_PACKAGES: Final = {"config", "lib", "meta", "passthru", "stdenv"}
_OF_A_PACKAGE: Final = {"imageName", "imageTag", "name", "outputSha", "pname", "system", "version"}
_PATHS_OF_LIB: Final = {"getBin", "getDev", "getExe", "getExe'", "getLib", "getOutput"}


def is_store_path(node: Expression) -> bool:
    """Tell whether the expression is a package, a file made of one, or what a builder returns.

    What cannot be told, such as `nix("x")`, is held to be another text.
    """
    match node:
        case Select(target=target, attributes=attributes):
            return attributes[-1] not in _OF_A_PACKAGE and _is_package(target, attributes)
        case Call(function=function):
            return is_store_path(function)
        case Binary(operator="+", left=String(parts=[Expression() as left, *_])):
            return is_store_path(left)
        case Binary(operator="+", left=left):
            return is_store_path(left)
        case _:
            return False


def _is_package(target: Expression, attributes: tuple[str, ...]) -> bool:
    if isinstance(target, Variable):
        name, of_lib = target.name, attributes
        if name == "pkgs" and attributes[0] == "lib":
            name, of_lib = "lib", attributes[1:]
        if name == "lib":
            return len(of_lib) == 1 and of_lib[0] in _PATHS_OF_LIB
        return name in _SETS_OF_PACKAGES and _NO_PACKAGES.isdisjoint(attributes)
    return _NO_PACKAGES.isdisjoint(attributes) and is_store_path(target)

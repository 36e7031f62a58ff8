"""One derivation for several, so that Nix is never asked for several at once.

Where another process has built a derivation that Nix was asked for, Nix 2.8 keeps its lock until it
has all that it was asked for; two processes that wait for each other's locks never end. It keeps no
lock of what another derivation needs. The aggregate needs them all, and its output refers to their
outputs, so that one root keeps all from being collected.
"""

from __future__ import annotations

import os
import re
from importlib.resources import files

_NAME = "nixgen-outputs"
_AT_ONCE = 10  # their paths are a symbolic link's target: 4095 bytes, and a path has up to 255
_NOTHING = "/"
_NEEDS_WHAT_FAILED = re.compile(
    rf"dependenc\w+ of derivation '\S+-{_NAME}\.drv' failed"
    rf"|Cannot build '\S+-{_NAME}\.drv'\..*dependenc",  # Nix 2.31
    re.DOTALL,
)


def aggregate_expression(derivations: str) -> str:
    """Return the Nix expression of an aggregate, given that of a list of derivations."""
    function = files(__package__).joinpath("aggregate.nix").read_text()
    return f'({function}) "{_NAME}" {_AT_ONCE} {derivations}'


def is_aggregate(derivation: str) -> bool:
    """Tell whether the .drv path is that of an aggregate."""
    return derivation.endswith(f"-{_NAME}.drv")


def is_failed_aggregate(message: str) -> bool:
    """Tell whether the message says only that something failed which an aggregate needs."""
    return _NEEDS_WHAT_FAILED.search(message) is not None


def count_aggregates(count: int) -> int:
    """Return how many derivations the aggregate of that many consists of."""
    return -(-count // _AT_ONCE) if count > 1 else 0


def aggregated_outputs(aggregate: str) -> list[str]:
    """Return the output paths that an aggregate's output names, in their order."""
    found: list[str] = []
    while aggregate != _NOTHING:
        target = os.readlink(f"{aggregate}/manifest.nix")  # noqa: PTH115 (it is no path)
        aggregate, *paths = target.split()
        found = paths + found
    return found

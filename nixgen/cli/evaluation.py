"""Evaluate a project's default.nix for a subcommand, and hold what comes of it while it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from nixgen.errors import EvaluationError, NixgenError
from nixgen.files.folder_lock import locked
from nixgen.package_sets import debian
from nixgen.programs import nix
from nixgen.programs.nix import Derivations
from nixgen.programs.nix_roots import Roots, held_roots, is_collected

_ROOTS = "nixgen.roots"
_ATTEMPTS = 4  # a collector takes what it must not about once in 2,000 evaluations beside it

_Result = TypeVar("_Result")


def despite_collector(work: Callable[[], _Result]) -> _Result:
    """Return what the work returns; do it again where garbage collection took what it had made.

    The work evaluates what it builds. Raises its error, the last one where there were several.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return work()
        except NixgenError as error:
            if not is_collected(str(error)):
                raise
    return work()


def instantiate(
    folder: Path, wanted: Sequence[str], options: Sequence[str] = (), *, others: Sequence[str] = ()
) -> Derivations:
    """Evaluate attributes as `nix.instantiate` does, again where the lock was written meanwhile.

    Nix may have read the lock as it was before, and the seed as it is now.
    """
    evaluate = partial(
        nix.instantiate, folder, wanted, options, roots=command_roots(folder), others=others
    )
    before = debian.lock_state(folder)
    try:
        done = evaluate()
        if before == debian.lock_state(folder):
            return done
    except EvaluationError:
        if before == debian.lock_state(folder):
            raise
    with locked(folder, shared=True):  # now whoever writes it waits
        return evaluate()


def command_roots(folder: Path) -> Roots:
    """Return the roots of the subcommand that runs; they end with it."""
    context = click.get_current_context()
    if _ROOTS not in context.meta:
        context.meta[_ROOTS] = context.with_resource(held_roots(folder))
    roots: Roots = context.meta[_ROOTS]
    return roots

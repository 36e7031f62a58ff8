"""The lock of a project's Debian packages: written, shown, and made to fit before a build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from nixgen.cli.table import table
from nixgen.definitions import DebianPackageSet, Project
from nixgen.errors import EvaluationError, remedy_lines
from nixgen.package_sets import debian

_HEADING = ("package", "locked", "now", "")
_REMEDY = "run `nixgen packages lock`"


def write_lock(folder: Path, project: Project, *, update: bool) -> None:
    """Write the lock unless it holds what is wanted, and say on standard error which it was.

    What an update changes is shown on standard output.
    """
    package_set = project.package_set
    if not isinstance(package_set, DebianPackageSet):
        click.echo("the project builds from nixpkgs: there is nothing to lock", err=True)
        return
    debian.remove_traces(folder)
    file = folder / debian.LOCK_NAME
    if not update and debian.is_current(file, package_set):
        click.echo(f"{file} is complete; --update takes new versions", err=True)
        return
    before = debian.locked_packages(folder)
    written = debian.lock(package_set, folder)
    for each in written:
        click.echo(f"wrote {each}", err=True)
    if not written:
        click.echo(f"{file}: there is no newer version of any package", err=True)
    _show_changes(before, debian.locked_packages(folder), err=not update)


def fit_lock(folder: Path, project: Project, options: Sequence[str]) -> None:
    """See to it that the project's lock holds what its definitions ask for; nothing is built yet.

    It is made anew where packages were added and nothing else is wrong, or where the project has
    one of the old form. `options` are Nix's, which may name other packages than Debian's. Raises
    EvaluationError where the lock does not fit for another reason.
    """
    package_set = project.package_set
    if not isinstance(package_set, DebianPackageSet) or {"nixpkgs", "pkgs"} & {*options}:
        return
    file = folder / debian.LOCK_NAME
    if not file.exists():
        if debian.has_old_form(folder):
            write_lock(folder, project, update=False)
        return
    fault = debian.find_damage(file, seeds=False)
    misfit = None if fault else debian.find_misfit(file, package_set)
    if fault is None and misfit is None:
        return
    if misfit is None or misfit.reason:
        raise EvaluationError(misfit_message(file, fault or (misfit and misfit.reason) or ""))
    if misfit.added:
        click.echo(f"{file}: locking what was added: {', '.join(misfit.added)}", err=True)
        write_lock(folder, project, update=False)
    else:
        unwanted = ", ".join(misfit.removed)
        click.echo(f"{file}: nothing asks for {unwanted} any more{remedy_lines(_REMEDY)}", err=True)


def misfit_message(file: Path, fault: str) -> str:
    """Return what is said of a lock that cannot be used for the project."""
    return f"{file}: does not fit the project any more: {fault}{remedy_lines(_REMEDY)}"


def _show_changes(
    before: Mapping[str, debian.LockedPackage],
    after: Mapping[str, debian.LockedPackage],
    *,
    err: bool,
) -> None:
    """Print what is locked in another version, new, or no more; of a first lock nothing."""
    rows = [
        (each.package, each.before or "-", each.after or "-", "security" * each.is_security)
        for each in debian.find_changes(before, after)
    ]
    if before and rows:
        for line in table(_HEADING, rows):
            click.echo(line, err=err)

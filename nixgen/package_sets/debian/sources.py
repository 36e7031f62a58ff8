"""Which apt is asked for a lock: this machine's, or one for a release and an architecture."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nixgen.definitions import DebianPackageSet
from nixgen.definitions.package_set import ARCHIVES
from nixgen.programs.apt import Apt
from nixgen.programs.apt_archives import Archive, archives_of
from nixgen.programs.apt_release import apt_of_release

MIRRORS = "NIXGEN_DEBIAN_MIRRORS"
"""The variable that names mirrors in the place of apt's sources: `ARCHIVE=ADDRESS ...`."""


@contextmanager
def apt_for(suite: str | None, architecture: str, package_set: DebianPackageSet) -> Iterator[Apt]:
    """Give the apt that knows the packages of a release for an architecture.

    It is this machine's own, with its sources and lists, where it is of that release and the
    project does not name one itself. Raises UsageError where lists cannot be had.
    """
    own = Apt()
    known = archives_of(own)
    is_own_release = package_set.suite is None and suite in {None, codename(known)}
    if is_own_release and architecture == own.native_architecture():
        yield own
        return
    mirrors = {archive: _mirrors(archive, package_set, known) for archive in ARCHIVES}
    with apt_of_release(suite or codename(known), mirrors, architecture) as apt:
        yield apt


def codename(archives: Sequence[Archive]) -> str:
    """Return the codename of the release of Debian that apt's lists are of."""
    return next((each.suite for each in archives if each.is_debian), "unknown")


def _mirrors(archive: str, package_set: DebianPackageSet, known: Sequence[Archive]) -> list[str]:
    given = [word.partition("=") for word in os.environ.get(MIRRORS, "").split()]
    machines = [(name, address) for name, _, address in given]
    if not machines:
        machines = [(each.name, each.address) for each in known if each.is_debian]
    own = next((given for name, given in package_set.mirrors.items() if name == archive), ())
    return list(dict.fromkeys([*own, *(address for name, address in machines if name == archive)]))

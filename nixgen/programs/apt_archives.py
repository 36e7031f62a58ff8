"""The archives that apt's lists are from, and when they were as the lists say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote

from attrs import frozen

from nixgen.errors import UsageError
from nixgen.programs.apt import Apt, to_plain_address

DEBIAN_ARCHIVES = {
    "Debian": "debian",
    "Debian Backports": "debian",
    "Debian-Security": "debian-security",
}
"""The names of Debian's own archives in its archive of snapshots, by the label of their suites."""

_FIELDS = ("REPO_URI", "ORIGIN", "LABEL", "CODENAME", "BASE_URI", "FILENAME")
_SEPARATOR = "\t"
_UNTIL_IN_SNAPSHOTS = timedelta(hours=12)
"""Snapshots are taken four times a day: by then one has what a suite's file of this date lists."""


@frozen
class Archive:
    """One suite of an archive: how the archive is called, where apt has it from, and as of when."""

    name: str
    base: str
    codename: str
    is_debian: bool
    date: datetime | None

    @property
    def suite(self) -> str:
        """The codename of the release that the suite belongs to."""
        return self.codename.split("-")[0]

    @property
    def address(self) -> str:
        """Where Nix can fetch from it. Raises UsageError where it cannot."""
        return to_plain_address(self.base).rstrip("/")


def archives_of(apt: Apt) -> list[Archive]:
    """Return the suites whose lists apt has. Raises UsageError when it has none."""
    line = _SEPARATOR.join(f"$({field})" for field in _FIELDS)
    output = apt.ask("apt-get", "indextargets", "--format", line, "Identifier: Packages")
    return [_to_archive(*line.split(_SEPARATOR)) for line in output.splitlines()]


def snapshot(suites: Iterable[Archive]) -> str:
    """Return the time at which the archive of snapshots has what these suites of one archive list.

    It is of the form YYYYMMDDTHHMMSSZ. Raises UsageError when no suite says when it was made.
    """
    dates = [each.date for each in suites if each.date]
    if not dates:
        raise UsageError(
            "apt's lists do not say when they were made", "run `apt-get update` as root"
        )
    return f"{max(dates) + _UNTIL_IN_SNAPSHOTS:%Y%m%dT%H%M%SZ}"


def _to_archive(
    base: str, origin: str, label: str, codename: str, suite_address: str, list_file: str
) -> Archive:
    known = DEBIAN_ARCHIVES.get(label) if origin == "Debian" else None
    name = known or "".join(each if each.isalnum() else "-" for each in (label or origin).lower())
    release = Path(list_file).parent / _list_name(suite_address)
    return Archive(name, unquote(base), codename, known is not None, _date(release))


def _list_name(suite_address: str) -> str:
    """Return how apt calls the file of a suite: the address, without scheme, slashes as `_`."""
    return suite_address.partition("://")[2].replace("/", "_")


def _date(release: Path) -> datetime | None:
    """Return the date in a suite's Release file, which may be signed inside or apart."""
    for kind in ("InRelease", "Release"):
        file = release.with_name(f"{release.name}{kind}")
        if file.is_file():
            lines = file.read_text(errors="replace").splitlines()
            dates = [line.partition(":")[2] for line in lines if line.startswith("Date:")]
            return parsedate_to_datetime(dates[0].strip()) if dates else None
    return None

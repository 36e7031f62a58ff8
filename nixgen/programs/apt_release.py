"""apt, as if this machine were set up for another release of Debian, or another architecture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from nixgen.errors import UsageError
from nixgen.files.left_over import APT_FOLDER, temporary_folder
from nixgen.programs.apt import Apt

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCES = "sources.list"
_WITHOUT_UPDATES = {"sid", "unstable"}


@contextmanager
def apt_of_release(
    suite: str, mirrors: Mapping[str, Sequence[str]], architecture: str
) -> Iterator[Apt]:
    """Give an apt that knows what the release has now for the architecture, and nothing else.

    `mirrors` are addresses by the name of the archive, tried in turn. Raises UsageError where the
    lists cannot be fetched from any.
    """
    archives = [name for name in mirrors if suites_of(name, suite)]
    for archive in archives:
        _refuse_unknown(archive, mirrors[archive])
    with temporary_folder(APT_FOLDER) as folder:
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True)
        apt = Apt(tuple(_options(folder, architecture)))
        _update(apt, folder / _SOURCES, suite, {name: mirrors[name] for name in archives})
        yield apt


def suites_of(archive: str, suite: str) -> list[str]:
    """Return the suites of an archive of Debian's that make up a release."""
    if suite in _WITHOUT_UPDATES:
        return [suite] if archive == "debian" else []
    return [suite, f"{suite}-updates"] if archive == "debian" else [f"{suite}-security"]


def _update(apt: Apt, sources: Path, suite: str, mirrors: Mapping[str, Sequence[str]]) -> None:
    """Fetch apt's lists from the first mirrors, else from the second ones, and so on."""
    signed = f"[signed-by={_KEYRING}] " if _KEYRING.is_file() else ""
    last = max(map(len, mirrors.values())) - 1
    for turn in range(last + 1):
        lines = [
            f"deb {signed}{found[min(turn, len(found) - 1)]} {each} main\n"
            for archive, found in mirrors.items()
            for each in suites_of(archive, suite)
        ]
        sources.write_text("".join(lines))
        try:
            apt.ask("apt-get", "update", "--quiet=2", "--error-on=any")
            return
        except UsageError:
            if turn == last:
                raise


def _refuse_unknown(archive: str, mirrors: Sequence[str]) -> None:
    if not mirrors:
        raise UsageError(
            f"no mirror of the archive {archive} is known here",
            f"name one in DebianPackageSet(mirrors={{{archive!r}: [...]}}), or in apt's sources",
        )


def _options(folder: Path, architecture: str) -> Iterator[str]:
    settings = {
        "Dir::Etc::sourcelist": folder / _SOURCES,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
        "Acquire::http::Timeout": "20",  # seconds without an answer
        "APT::Sandbox::User": "root",  # the folder is this user's alone
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
    }
    for name, value in settings.items():
        yield from ("-o", f"{name}={value}")

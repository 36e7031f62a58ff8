"""Ask apt what a set of packages needs, and where it lies.

Nothing is installed, no root is needed and no lock of apt's is taken: every question is put
as if no package were installed yet.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from attrs import frozen
from plumbum import local

from nixgen.errors import UsageError
from nixgen.files.left_over import APT_FOLDER, temporary_folder
from nixgen.programs.apt_failures import UPDATE_REMEDY, explained, providers, remedies
from nixgen.programs.process import failure_message, find_program

REMEDY = (
    "the debian package set needs a machine with Debian's apt;"
    " elsewhere use nixpkgs as the package set"
)
AS_IF_NOTHING_WERE_INSTALLED = (
    "-o",
    "Debug::NoLocking=1",
    "-o",
    "Dir::State::status=/dev/null",
)


_CONFLICT = re.compile(r"unmet dependencies|held broken packages")


class ConflictError(UsageError):
    """Packages that cannot be installed together."""


@frozen
class Download:
    """A .deb file as apt would fetch it: its package, version and address."""

    package: str
    version: str
    address: str

    def base(self, path: str) -> str:
        """Return the address of the archive, in which the file lies at the path."""
        address = unquote(self.address)
        if not address.endswith(f"/{path}"):
            raise UsageError(f"{self.address}: expected an address that ends in {path}")
        return address.removesuffix(path)


@frozen
class Apt:
    """apt as it is set up on this machine, with the options and for the environment named."""

    options: tuple[str, ...] = ()

    def native_architecture(self) -> str:
        """Return Debian's name of this machine's architecture, such as `amd64`."""
        output = self.ask("apt-config", "shell", "ARCHITECTURE", "APT::Architecture")
        return shlex.split(output)[0].removeprefix("ARCHITECTURE=")

    def find_closure(self, wanted: Sequence[str]) -> list[Download]:
        """Return the .deb files of the wanted packages and of all that they depend on.

        A word that begins with `?` is one of apt's patterns. Raises UsageError that names the
        packages apt does not have, ConflictError where they exclude each other.
        """
        with temporary_folder(APT_FOLDER) as archives:
            # apt leaves out of its answer what already lies in its archive cache.
            (archives / "partial").mkdir()
            output = self.ask(
                "apt-get",
                "install",
                "--print-uris",
                "--yes",
                "--quiet",
                "--no-install-recommends",
                *AS_IF_NOTHING_WERE_INSTALLED,
                "-o",
                f"Dir::Cache::archives={archives}",
                *wanted,
            )
        downloads = [to_download(line) for line in output.splitlines() if line.startswith("'")]
        names = {word for word in wanted if not word.startswith("?")}
        self._refuse_unlocated(names - {download.package for download in downloads})
        return downloads

    def show_records(self, downloads: Sequence[Download]) -> dict[str, Mapping[str, str]]:
        """Return the fields of each download's record in apt's lists, by package."""
        versions = (f"{each.package}={each.version}" for each in downloads)
        output = self.ask("apt-cache", "show", *AS_IF_NOTHING_WERE_INSTALLED, *versions)
        addresses = {each.package: unquote(each.address) for each in downloads}
        records: dict[str, Mapping[str, str]] = {}
        for record in parse_records(output):
            package = record["Package"]
            if addresses.get(package, "").endswith(record["Filename"].removeprefix("./")):
                records.setdefault(package, record)
        return records

    def fetch_deb(self, download: Download, folder: Path) -> Path:
        """Let apt fetch one .deb file into the folder."""
        self.ask(
            "apt-get",
            "download",
            "--quiet=2",
            *AS_IF_NOTHING_WERE_INSTALLED,
            f"{download.package}={download.version}",
            cwd=folder,
        )
        return next(folder.glob("*.deb"))

    def ask(self, name: str, *arguments: str, cwd: Path | None = None) -> str:
        """Run a program of apt's with the options, and return what it says."""
        words = (*self.options, *arguments)
        command = find_program(name, remedy=REMEDY)[words]
        environment = {**local.env.getdict(), "LC_ALL": "C"}
        status, stdout, stderr = command.run(retcode=None, cwd=cwd, env=environment)
        if status != 0:
            lines = explained(stdout, stderr)
            self._refuse_unlocated(set(re.findall(r"Unable to locate package (\S+)", stderr)))
            unlocated = set(re.findall(r"Package '(\S+)' has no installation", stderr))
            self._refuse_unlocated(unlocated, providers(lines))
            error = ConflictError if _CONFLICT.search("\n".join(lines)) else UsageError
            raise error(failure_message(command, status, lines), *remedies(lines))
        return str(stdout)

    def _refuse_unlocated(self, packages: set[str], providers: Sequence[str] = ()) -> None:
        if not packages:
            return
        if not self.ask("apt-cache", "pkgnames", *AS_IF_NOTHING_WERE_INSTALLED).strip():
            raise UsageError("apt knows no packages: its lists are empty", UPDATE_REMEDY)
        self._refuse_pinned(packages)
        provided = f" (those that provide it: {', '.join(providers)})" if providers else ""
        raise UsageError(
            f"apt has no package of the name {', '.join(sorted(packages))}{provided}",
            "correct the name (`apt-cache search WORD` finds packages; a virtual package must be"
            " replaced by a real one)",
            f"or, if the package is new, {UPDATE_REMEDY}",
        )

    def _refuse_pinned(self, packages: set[str]) -> None:
        known = self.ask("apt-cache", "madison", *AS_IF_NOTHING_WERE_INSTALLED, *packages)
        if pinned := sorted({line.split()[0] for line in known.splitlines()} & packages):
            raise UsageError(
                f"apt may install no version of {', '.join(pinned)}",
                "remove the pin from /etc/apt/preferences.d that forbids it"
                " (`apt-cache policy NAME` shows pins)",
            )


def to_download(line: str) -> Download:
    """Read a line of `apt-get --print-uris`: 'ADDRESS' PACKAGE_VERSION_ARCH.deb SIZE SUM."""
    address, file_name = shlex.split(line)[:2]
    package, version, _ = file_name.split("_")
    return Download(package, unquote(version), address)


def to_plain_address(address: str) -> str:
    """Return an address that Nix can fetch; the first mirror's for one of apt's mirror lists.

    Raises UsageError for a scheme that only apt knows and for an address with a password,
    which would become readable for everyone in the Nix store.
    """
    if address.startswith("mirror+file:"):
        address = _first_mirror(address.removeprefix("mirror+file:"))
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"}:
        raise UsageError(
            f"{address}: Nix cannot fetch from apt sources of the kind {parts.scheme!r}",
            "use an http or https source in /etc/apt/sources.list.d",
        )
    if parts.username or parts.password:
        raise UsageError(
            f"{parts.scheme}://{parts.hostname}: this apt source has a password in its address",
            "keep it in /etc/apt/auth.conf.d and in the file that Nix's netrc-file names",
        )
    return address


def _first_mirror(path: str) -> str:
    """Replace the mirror list at the beginning of a path by the first mirror it names."""
    for mirror_list in (Path(path), *Path(path).parents):
        if mirror_list.is_file():
            lines = mirror_list.read_text(errors="replace").split("\n")
            mirrors = [line.split()[0] for line in lines if line.strip() and line[0] != "#"]
            if mirrors:
                return f"{mirrors[0].rstrip('/')}/{Path(path).relative_to(mirror_list)}"
    raise UsageError(f"mirror+file:{path}: no list of mirrors found", REMEDY)


def parse_records(text: str) -> Iterator[Mapping[str, str]]:
    """Read the records of a Debian control file; continuation lines are left out."""
    for paragraph in re.split(r"\n{2,}", text.strip()):
        lines = (line.partition(":") for line in paragraph.splitlines() if line[:1] not in " \t#")
        yield {name: value.strip() for name, _, value in lines}


def unpack_deb(deb: Path, folder: Path) -> None:
    """Unpack the files of a .deb into the folder."""
    Apt().ask("dpkg-deb", "--extract", str(deb), str(folder))

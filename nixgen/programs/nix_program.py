"""The programs of Nix: what they are told beside their words, and what helps when they fail."""

from __future__ import annotations

import grp
import os
import pwd
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from plumbum.commands.base import BaseCommand

from nixgen.errors import NixgenError
from nixgen.programs.nix_log import NixLog
from nixgen.programs.process import find_program, run

_INSTALL = "install Nix (Debian: apt-get install nix-bin; elsewhere: https://nixos.org/download)"
_CONFIGURATIONS = ("/etc/nix/nix.conf", "~/.config/nix/nix.conf")
_STATE = "/nix/var/nix"
_STORE_VARIABLES = ("NIX_REMOTE", "NIX_STORE_DIR", "NIX_STATE_DIR")
_REMEDIES = {
    r"(big-lock|(?<![\w.-])/nix(?=[/':\s]))\S*( to \d+)?: "
    r"(Permission denied|Read-only file system|Operation not permitted)"
    r"|cannot connect to (daemon|socket)": "the Nix store cannot be written: "
    "run as a user who may, or start nix-daemon "
    "(Debian: install nix-setup-systemd, and be in the group nix-users)",
    r"unable to download '\S*(/nixpkgs/archive/|nixos\.org/)"
    r"|cannot download \S+ from any mirror": "nixpkgs, or what it needs, cannot be downloaded: "
    "pass one that is here with --arg nixpkgs PATH; the debian package set needs none",
    r"cannot determine user's home directory": "let HOME name a folder of yours",
    r"are not valid, so checking is not possible": "build it first, without --check",
    r"cannot create symlink '.*'; already exists": "move away what stands in the place of the "
    "link, or make none with --no-out-link",
    r"may not be deterministic": "with --keep-failed Nix keeps what came out this time",
    r"opening file ['\"]+/etc/apt/sources\S*: Permission denied": "this user may not read apt's "
    "sources: give the right to, or name mirrors in the variable NIXGEN_DEBIAN_MIRRORS",
    r"no mirror has \S+ as it was locked": "name a mirror that has it in "
    "DebianPackageSet(mirrors=...), or run `nixgen packages lock --update`, after `apt-get update`"
    " as root",
    r"hash mismatch in fixed-output derivation '\S*-busybox-seed\.drv'": "the seed is not the one "
    "that was locked: run `nixgen packages lock`",
}


def nix_program(name: str) -> BaseCommand:
    """Return the program of Nix. Raises UsageError where it is not installed."""
    program = find_program(name, remedy=_INSTALL)
    return program["--log-format", "internal-json"] if name == "nix-instantiate" else program


def run_nix(command: BaseCommand, error: type[NixgenError], **how: Any) -> str:
    """Run a program of Nix as `run` does; add to its failure what helps."""
    how.setdefault("read_log_line", NixLog(trace="--show-trace" in command.formulate()).read)
    try:
        return run(command, error=error, environment=nix_environment(), **how)
    except NixgenError as failure:
        for pattern, remedy in _REMEDIES.items():
            if re.search(pattern, str(failure)):
                raise failure.with_remedies(remedy) from None
        raise


def nix_environment() -> dict[str, str]:
    """Set what Nix is not told by anybody: to use every core, and what root needs on its own.

    To wait for what another process builds Nix looks again every second, instead of every five.
    Root without Nix's daemon builds as the users of a group; where the group does not exist Nix
    would stop.
    """
    given = os.environ.get("NIX_CONFIG", "")
    configured = "\n".join([given, *_configurations()])
    settings = {"max-jobs": "auto", "build-poll-interval": "1"}
    if os.geteuid() == 0 and not _has_group("nixbld"):
        settings["build-users-group"] = ""
    lines = [f"{name} = {value}" for name, value in settings.items() if name not in configured]
    return {"NIX_CONFIG": "\n".join([*lines, given]), **_state_folder(), **_user_name()}


def _configurations() -> Iterator[str]:
    """Yield what those of Nix's configuration files say that are there and may be read."""
    for name in _CONFIGURATIONS:
        with suppress(OSError):  # a user may have no home, or that of somebody else
            yield Path(os.path.expanduser(name)).read_text(errors="replace")  # noqa: PTH111


def _user_name() -> dict[str, str]:
    """Name a user who stands in no file, as in some containers: Nix does nothing without a name."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return {} if os.environ.get("USER") else {"USER": str(os.geteuid())}
    return {}


def _state_folder() -> dict[str, str]:
    """Keep Nix from a store in the user's home, where container engines do not find its paths.

    Nix since 2.10 makes one where there is none, unless it is told where its state lies.
    """
    is_told = any(map(os.environ.get, _STORE_VARIABLES))
    return {} if is_told or os.access(_STATE, os.F_OK) else {"NIX_STATE_DIR": _STATE}


def _has_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True

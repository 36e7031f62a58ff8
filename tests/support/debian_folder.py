"""A Debian in a folder: made by debootstrap, kept between runs, entered as a root file system.

It takes over what leads the machine to mirrors and PyPI: settings of apt and pip, certificates.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import frozen
from room import Room, copy_checkout

USER = "tester"
CHECKOUT = Path("/home", USER, "nixgen")
_ENTER = Path(__file__).with_name("enter-folder.sh")
_PROGRAMS = ("apt-get", "debootstrap", "pivot_root", "setpriv", "unshare")
# What README's first lines take for granted.
_PACKAGES = ("ca-certificates", "git", "make", "sudo")
_ALONE = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child")
_CERTIFICATES = Path("/usr/local/share/ca-certificates")
_PIP_SETTINGS = ("cert", "extra-index-url", "index-url", "proxy", "trusted-host")
_MACHINE_SETTINGS = Path("etc/apt/apt.conf.d/99machine")


@frozen
class DebianFolder:
    """A Debian in a folder, and the folder of what is thrown away after the tests."""

    root: Path
    passing: Path

    def room(self, name: str, user: str, environment: Mapping[str, str] | None = None) -> Room:
        """Return the room whose commands run as the user, in a checkout of this repository."""
        return Room(
            name=name,
            enter=self.enter(user, str(CHECKOUT)),
            environment={**_pip_settings(), "PIP_FIND_LINKS": "", **(environment or {})},
            python=f"{CHECKOUT}/.venv/bin/python",
        )

    def enter(self, user: str, directory: str = "/") -> tuple[str, ...]:
        """Return the words before a command that runs in the folder."""
        return (*_ALONE, str(_ENTER), str(self.root), str(self.passing), user, directory)

    def run_as_root(self, *command: str) -> None:
        """Run a command that prepares the folder; it must succeed."""
        done = subprocess.run(
            [*self.enter("root"), *command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    @property
    def checkout(self) -> Path:
        """The user's checkout, seen from outside."""
        return self.passing / CHECKOUT.relative_to("/")


@contextmanager
def debian_folder(suite: str) -> Iterator[DebianFolder]:
    """Give the folder of the suite, made where it is not there, and remove what is not kept.

    One run of tests at a time has it. Skips where it cannot be made.
    """
    _skip_where_it_cannot_be_made()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "nixgen", "rooms")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{suite}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = DebianFolder(cache / suite, cache / f"{suite}-passing")
        _remove(made.passing)
        try:
            _lay_passing(made.passing)
            if not made.root.is_dir():
                _make(suite, made)
            _add_security(suite, made.root)
            made.run_as_root("apt-get", "-qq", "update")
            _lay_checkout(made)
            yield made
        finally:
            _remove(made.passing)


def _skip_where_it_cannot_be_made() -> None:
    if missing := [program for program in _PROGRAMS if not shutil.which(program)]:
        pytest.skip(f"{', '.join(missing)}: not installed (make test-rooms does it on Debian)")
    if os.geteuid():
        pytest.skip("needs root, for mounts and for the owners of a Debian's files")


def _make(suite: str, wanted: DebianFolder) -> None:
    """Make the folder beside its place, and move it there when it is whole."""
    beside = DebianFolder(wanted.root.with_name(f"{suite}-unfinished"), wanted.passing)
    _remove(beside.root)
    command = ["debootstrap", "--variant=minbase", suite, str(beside.root), _mirror("Debian")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-5000:]
    _take_over_settings(beside.root)
    beside.run_as_root("apt-get", "-qq", "update")
    beside.run_as_root("apt-get", "-qq", "install", "--yes", "--no-install-recommends", *_PACKAGES)
    beside.run_as_root("useradd", "--no-create-home", "--shell", "/bin/sh", USER)
    (beside.root / "etc/sudoers.d" / USER).write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n")
    beside.root.rename(wanted.root)


def _add_security(suite: str, root: Path) -> None:
    """Add the archive of security updates, which debootstrap leaves out and every Debian has."""
    line = f"deb {_mirror('Debian-Security')} {suite}-security main\n"
    (root / "etc/apt/sources.list.d/security.list").write_text(line)


def _mirror(label: str) -> str:
    """Return the machine's own mirror of an archive of Debian's, as apt knows it."""
    words = [
        "apt-get",
        "indextargets",
        "--format",
        "$(REPO_URI)",
        "Origin: Debian",
        f"Label: {label}",
    ]
    known = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    if not known:
        pytest.skip(f"apt knows no mirror of {label}")
    return known[0]


def _take_over_settings(root: Path) -> None:
    """Give the folder what the machine's apt is told about networks, and its certificates."""
    settings = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    taken = [line for line in settings.stdout.splitlines() if line.startswith("Acquire::http")]
    (root / _MACHINE_SETTINGS).write_text("".join(f"{line}\n" for line in taken))
    if _CERTIFICATES.is_dir():
        shutil.copytree(_CERTIFICATES, root / _CERTIFICATES.relative_to("/"), dirs_exist_ok=True)
    (root / "etc/hosts").touch()
    (root / "var/lib/containers").mkdir()


def _pip_settings() -> dict[str, str]:
    """Return the machine's settings of pip that lead it to packages, as variables."""
    listed = subprocess.run(["pip", "config", "list"], capture_output=True, text=True, check=False)
    pairs = (line.partition("=") for line in listed.stdout.splitlines())
    settings = {name.rpartition(".")[2]: value.strip("'\"") for name, _, value in pairs}
    return {
        f"PIP_{name.replace('-', '_').upper()}": settings[name]
        for name in _PIP_SETTINGS
        if name in settings
    }


def _lay_passing(folder: Path) -> None:
    for name in ("home", "containers", "tmp", "nix-root", f"nix-{USER}"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o755)
    (folder / "tmp").chmod(0o1777)


def _lay_checkout(made: DebianFolder) -> None:
    """Give the user a clone of what git knows of this repository, as it is now."""
    copy_checkout(made.checkout)
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=all"]):
        subprocess.run(["git", *identity, *words], cwd=made.checkout, check=True)
    made.run_as_root("chown", "--recursive", f"{USER}:{USER}", str(Path("/home", USER)))


def _remove(folder: Path) -> None:
    if folder.exists():
        subprocess.run(
            ["rm", "--recursive", "--force", "--one-file-system", str(folder)], check=True
        )

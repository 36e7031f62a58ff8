"""git, asked for the commit that a folder holds."""

from __future__ import annotations

from pathlib import Path

from plumbum.commands.base import BaseCommand

from nixgen.errors import UsageError, remedy_lines
from nixgen.programs.process import find_program, run

_INSTALL = "install git (Debian: apt-get install git)"
_REMEDY = "pass the commit with --commit-id"


def clean_head(folder: Path) -> str:
    """Return the id of the commit that is checked out.

    Raises UsageError when the folder is not in a git checkout, or holds something else than the
    commit: a tag with the commit's id would then name an image that the commit does not make.
    """
    commit_id = head(folder)
    if commit_id is None:
        raise UsageError(f"{folder}: expected a git checkout with a commit", _REMEDY)
    status = _git(folder)["status", "--porcelain", "--", "."]
    if changes := run(status, error=UsageError).splitlines():
        shown = remedy_lines(*(f"| {line}" for line in changes[:10]))
        raise UsageError(
            f"{folder}: it differs from the commit {commit_id}:{shown}",
            f"commit the changes, or {_REMEDY}",
        )
    return commit_id


def head(folder: Path) -> str | None:
    """Return the id of the commit that is checked out, None where there is none."""
    try:
        return run(_git(folder)["rev-parse", "--verify", "HEAD"], error=UsageError).strip()
    except UsageError:
        return None


def top_level(folder: Path) -> Path | None:
    """Return the top folder of the git checkout that the folder is in, None outside of one."""
    try:
        found = run(_git(folder)["rev-parse", "--show-toplevel"], error=UsageError)
    except UsageError:
        return None
    return Path(found.removesuffix("\n"))


def versioned_files(folder: Path) -> list[str]:
    """Return the paths below the folder of all files that git has or would take."""
    listing = _git(folder)["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    paths = run(listing, error=UsageError).rstrip("\n").split("\0")
    return sorted({path for path in paths if path})


def remote_head(address: str, branch: str) -> str:
    """Return the id of the newest commit of a branch in a repository elsewhere.

    Raises UsageError when the repository cannot be reached or has no such branch.
    """
    git = find_program("git", remedy=f"{_INSTALL}, or name the commit with --revision")
    listing = git["ls-remote", "--exit-code", address, f"refs/heads/{branch}"]
    return run(listing, error=UsageError, environment={"GIT_TERMINAL_PROMPT": "0"}).split()[0]


def _git(folder: Path) -> BaseCommand:
    git = find_program("git", remedy=f"{_INSTALL}, or {_REMEDY}")
    return git["-C", str(folder)]

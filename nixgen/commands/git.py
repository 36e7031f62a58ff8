"""git, asked for the commit that a folder holds."""

from __future__ import annotations

from pathlib import Path

from nixgen.commands.process import find_program, run
from nixgen.errors import UsageError

_REMEDY = "pass the commit with --commit-id"


def clean_head(folder: Path) -> str:
    """Return the id of the commit that is checked out.

    Raises UsageError when the folder is not in a git checkout, or holds something else than the
    commit: a tag with the commit's id would then name an image that the commit does not make.
    """
    git = find_program("git", remedy=f"install git (Debian: apt-get install git), or {_REMEDY}")
    try:
        commit_id = run(git["-C", str(folder), "rev-parse", "--verify", "HEAD"], error=UsageError)
    except UsageError:
        raise UsageError(f"{folder}: expected a git checkout with a commit\n  {_REMEDY}") from None
    status = git["-C", str(folder), "status", "--porcelain", "--", "."]
    if changes := run(status, error=UsageError).splitlines():
        shown = "".join(f"\n  | {line}" for line in changes[:10])
        raise UsageError(
            f"{folder}: it differs from the commit {commit_id.strip()}:{shown}\n"
            f"  commit the changes, or {_REMEDY}"
        )
    return commit_id.strip()

"""Run a command with a Nix store of its own, in which garbage can be collected."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.measure import REPOSITORY, environment, run


def with_own_store(
    scratch: Path, project: Path, attributes: Sequence[str], command: Sequence[str]
) -> int:
    """Run the command; return its exit status.

    Its store has what the attributes of the project's default.nix are built of, and themselves.
    That is never collected.
    """
    exported = scratch / "exported"
    words = [word for attribute in attributes for word in ("-A", attribute)]
    derivations = run(["nix-instantiate", "default.nix", *words], project).output.split()
    run(["nix-store", "--realise", *derivations], project)
    closure = ["nix-store", "--query", "--requisites", "--include-outputs", *derivations]
    paths = [path for path in run(closure, project).output.split() if not path.endswith(".drv")]
    with exported.open("wb") as output:
        subprocess.run(["nix-store", "--export", *paths], stdout=output, check=True)
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    script = [str(REPOSITORY / "bench/alone.sh"), str(scratch / "nix"), str(exported)]
    alone = ["unshare", "--mount", *user, *script, *command]
    return subprocess.run(alone, cwd=REPOSITORY, env=environment(), check=False).returncode

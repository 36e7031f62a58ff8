"""nixpkgs' dockerTools, to compare with: what its buildLayeredImage needs for the same contents.

A checkout of nixpkgs can build where a binary cache has its programs. Where that is not so it
would begin to bootstrap a compiler; there its dockerTools runs on Debian's programs.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from bench.measure import REPOSITORY, CommandFailedError, nix_config, run

AS_IT_IS = REPOSITORY / "nix/package-sets/nixpkgs"
ON_DEBIAN = REPOSITORY / "bench/nixpkgs-on-debian.nix"
LOCK = REPOSITORY / "debian.lock.json"

MOST_BUILDS = 30
"""What an image without contents may need built: it is made of ten, a compiler of hundreds."""
PROBE_SECONDS = 300
WAIT_SECONDS = 5

EXPRESSION = """\
{ packageSet, nixpkgs, lock, name, paths }:
(import packageSet { inherit lock nixpkgs; }).dockerTools.buildLayeredImage {
  inherit name;
  contents = map builtins.storePath (builtins.fromJSON paths);
}
"""


@frozen
class DockerTools:
    """dockerTools of a checkout of nixpkgs: its name in the table, the file of its package set.

    The package set has it make archives that are not compressed.
    """

    name: str
    package_set: Path
    nixpkgs: Path

    def seconds(self, name: str, paths: Sequence[str], folder: Path) -> float:
        """Return the seconds that an image of the store paths takes, its evaluation left out."""
        derivation = self._instantiate(name, paths, folder)
        return run(["nix-store", "--realise", "--max-jobs", "auto", derivation], folder).seconds

    def prepare(self, name: str, folder: Path) -> None:
        """Build an image without contents, so that the programs are there that an image needs.

        They may come from the user's binary caches. Raises CommandFailedError where it cannot be
        built, or would need more built than an image is.
        """
        derivation = self._instantiate(name, [], folder)
        realise = ["nix-store", "--realise", derivation, "--timeout", str(PROBE_SECONDS)]
        realise += ["--option", "connect-timeout", str(WAIT_SECONDS)]
        caches = nix_config(substitutes=True)
        builds = count_builds(run([*realise, "--dry-run"], folder, NIX_CONFIG=caches).log)
        if builds > MOST_BUILDS:
            raise CommandFailedError(f"{builds} derivations would have to be built for {name}")
        run(realise, folder, NIX_CONFIG=caches)

    def _instantiate(self, name: str, paths: Sequence[str], folder: Path) -> str:
        arguments = {
            "packageSet": self.package_set,
            "nixpkgs": self.nixpkgs,
            "lock": LOCK,  # of Debian's packages; what needs none does not read it
            "name": name,
            "paths": json.dumps(paths),
        }
        words = [word for key, value in arguments.items() for word in ("--argstr", key, str(value))]
        return run(["nix-instantiate", "--expr", EXPRESSION, *words], folder).output.strip()


def find_docker_tools(nixpkgs: Path, seed: str, folder: Path) -> DockerTools:
    """Return dockerTools of the checkout as it is, or where that cannot build on Debian's programs.

    The seed is in the names of the images that it makes to find out.
    """
    checkout = nixpkgs.resolve()
    own = DockerTools("nixpkgs' dockerTools", AS_IT_IS, checkout)
    try:
        own.prepare(f"{seed}-own", folder)
    except CommandFailedError as reason:
        print(f"{nixpkgs} cannot build here as it is: {_gist(reason)}", file=sys.stderr)
    else:
        return own
    on_debian = DockerTools("nixpkgs' dockerTools on Debian's programs", ON_DEBIAN, checkout)
    on_debian.prepare(f"{seed}-on-debian", folder)
    return on_debian


def _gist(failure: CommandFailedError) -> str:
    """Return the line of the failure that says most, the first error of Nix if there is one."""
    lines = str(failure).strip().splitlines()
    return next((line for line in lines if line.startswith("error:")), lines[-1])


def count_builds(dry_run: str) -> int:
    """Return how many derivations would be built, from what Nix says in a dry run."""
    return len(re.findall(r"^\s+/nix/store/\S+\.drv$", dry_run, re.MULTILINE))

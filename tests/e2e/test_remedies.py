"""What a message says to do is done, and the command that failed succeeds after it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from project import nixgen, output

from nixgen.errors import ExitStatus
from nixgen.package_sets.debian import pack

pytestmark = pytest.mark.nix


def packages(lock: Any) -> Any:
    return lock["architectures"]["amd64"]["packages"]


def change_lock(change: Callable[[Any], object]) -> Callable[[Path], None]:
    def changed(folder: Path) -> None:
        file = folder / "debian.lock.json"
        content = json.loads(file.read_bytes())
        change(content)
        file.write_text(json.dumps(content))

    return changed


def replace_seed(folder: Path) -> None:
    (folder / "debian.seed.amd64.tar.xz").write_bytes(pack(b"#!/bin/sh\n"))


def cut_short(folder: Path) -> None:
    file = folder / "debian.lock.json"
    file.write_bytes(file.read_bytes()[:-100])


DAMAGES = {
    "dependency": change_lock(lambda lock: packages(lock).pop("libc6")),
    "hash": change_lock(lambda lock: packages(lock)["tar"].pop("sha256")),
    "architecture": change_lock(lambda lock: lock.update(architectures={})),
    "seed": replace_seed,
    "end": cut_short,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_lock_is_mended_by_what_the_message_names(
    project: Path, damage: Callable[[Path], None]
) -> None:
    """`build` names `nixgen packages lock`, which sees the same fault and makes the lock anew."""
    damage(project)
    # What lies in a store already, such as the seed that was locked, Nix does not look at again.
    empty_store = {"NIX_REMOTE": f"local?root={project}/store"}
    failed = nixgen("build", folder=project, environment=empty_store)
    assert failed.returncode in {ExitStatus.EVALUATION, ExitStatus.BUILD}, failed.stderr
    assert "debian.lock.json: does not fit the project any more: " in failed.stderr
    assert "\n  run `nixgen packages lock`" in failed.stderr
    assert "wrote debian." in nixgen("packages", "lock", folder=project).stderr
    output(nixgen("build", folder=project))


def test_a_package_of_another_hash_leads_to_a_new_lock(project: Path) -> None:
    """Where the mirror sends another file than was locked, `packages lock --update` helps."""
    change_lock(lambda lock: packages(lock)["jq"].update(sha256="0" * 64))(project)
    definitions = project / "images.py"
    definitions.write_text(definitions.read_text().replace("pkgs.busybox", "pkgs.jq"))
    failed = nixgen("build", folder=project)
    assert ExitStatus.BUILD == failed.returncode, failed.stderr
    assert "run `nixgen packages lock --update`" in failed.stderr


SECRET = "correct-horse-battery"  # noqa: S105 (no password of anybody's)


@pytest.mark.parametrize(
    "words",
    [
        ["--option", "access-tokens", f"github.com={SECRET}"],
        ["--option", "substituters", f"https://me:{SECRET}@cache.invalid"],
        ["--argstr", "apiToken", SECRET],
        [f"https://me:{SECRET}@host/x"],
    ],
)
def test_no_secret_passed_to_nix_is_in_a_message(project: Path, words: list[str]) -> None:
    """A failed command is shown as it was run, but for secrets."""
    (project / "packages.nix").write_text('{ pkgs }: throw "nothing is here"\n')
    failed = nixgen("build", "--json", "--", *words, folder=project)
    assert failed.returncode in {ExitStatus.EVALUATION, ExitStatus.USAGE}
    assert SECRET not in failed.stdout + failed.stderr
    assert "***" in failed.stderr


@pytest.mark.parametrize("option", ["--env", "-e", "--env="])
def test_no_environment_entry_of_a_container_is_in_a_message(
    project: Path, tmp_path_factory: pytest.TempPathFactory, option: str
) -> None:
    """Neither where nixgen shows the command nor where the engine, here a stand-in, repeats it."""
    programs = tmp_path_factory.mktemp("programs")
    stand_in = programs / "podman"
    stand_in.write_text('#!/bin/sh\necho "refused: $*" >&2; exit 125\n')
    stand_in.chmod(0o755)
    entry = f"DATABASE={SECRET}"
    words = [f"{option}{entry}"] if option.endswith("=") else [option, entry]
    path = {"PATH": f"{programs}:{os.environ['PATH']}"}
    loads = stand_in.with_name("docker")
    loads.write_text(
        "#!/bin/sh\ncase $1 in version) echo 20.10 ;; load) echo sha256:0 ;; tag) ;; *) "
        'echo "refused: $*" >&2; exit 125 ;; esac\n'
    )
    loads.chmod(0o755)
    for engine in ("podman", "docker"):
        run = ["run", "hello", "--engine", engine, "--", *words]
        failed = nixgen(*run, folder=project, environment=path)
        assert ExitStatus.BUILD == failed.returncode, failed.stderr
        assert "refused: " in failed.stderr
        assert SECRET not in failed.stdout + failed.stderr

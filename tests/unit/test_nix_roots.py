"""The folders in which commands hold roots of Nix's garbage collector."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nixgen.programs.nix_roots import held_roots

HOLDER = """
import sys, time
from pathlib import Path
from nixgen.programs.nix_roots import held_roots
with held_roots(Path(sys.argv[1])) as roots:
    (roots.folder / "1").symlink_to("/nix/store/x")
    print(roots.folder, flush=True)
    time.sleep(1000)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with a folder for what is the machine's own; temporary files have theirs."""
    (tmp_path / "project/.nixgen").mkdir(parents=True)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path / "project"


def test_each_command_has_a_folder_and_the_next_one_takes_it_again(project: Path) -> None:
    """So the roots of thousands of commands, one after the other, have few names."""
    for _ in range(2):
        with held_roots(project) as first, held_roots(project) as second:
            names = [first.folder.name, second.folder.name]
            (first.folder / "1").symlink_to("/nix/store/x")
        assert ["0", "1"] == names
    assert [".gitignore", "0", "1"] == sorted(
        str(path.relative_to(project / ".nixgen/roots"))
        for path in (project / ".nixgen/roots").rglob("*")
    )


def test_roots_of_a_killed_command_are_removed_by_a_later_one(project: Path) -> None:
    """Those of one that runs stay."""
    command = [sys.executable, "-c", HOLDER, str(project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        root = Path(holder.stdout.readline().strip()) / "1"
        with held_roots(project) as roots:
            running = root.is_symlink(), roots.folder != root.parent
        holder.kill()
    with held_roots(project):
        killed = root.is_symlink()
    assert ((True, True), False) == (running, killed)


def test_git_sees_no_roots(project: Path) -> None:
    """A project whose files are all committed stays so while a command runs."""
    subprocess.run(["git", "init", "--quiet", str(project)], check=True)
    with held_roots(project) as roots:
        (roots.folder / "1").symlink_to("/nix/store/x")
        status = ["git", "-C", str(project), "status", "--porcelain", "--untracked-files=all"]
        assert "" == subprocess.run(status, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("own", ["missing", "a file"])
def test_roots_lie_with_temporary_files_where_the_project_has_no_place(
    project: Path, own: str
) -> None:
    """Nothing is made in the project then, and nobody else can write there."""
    (project / ".nixgen").rmdir()
    if own == "a file":
        (project / ".nixgen").write_text("")
    with held_roots(project) as roots:
        assert project.parent / "temporary" == roots.folder.parents[1]
        assert 0o700 == roots.folder.parent.stat().st_mode & 0o777
    assert (own == "a file") == (project / ".nixgen").exists()


def test_folder_that_somebody_else_prepared_is_not_taken(project: Path) -> None:
    """Whoever may write into it could remove the roots."""
    with held_roots(project / "none") as roots:
        usual = roots.folder.parent
    usual.chmod(0o777)
    with held_roots(project / "none") as roots:
        assert usual != roots.folder.parent


@pytest.mark.parametrize("name", ["a project", "a!b", "a\nb", os.fsdecode(b"\xe9")], ids=ascii)
def test_roots_are_read_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    """What Nix prints between and after paths may stand in the path of the project as well."""
    (tmp_path / name / ".nixgen").mkdir(parents=True)
    with held_roots(tmp_path / "x/.." / name) as roots:
        _, root, _ = roots.words()
        Path(root).symlink_to("/nix/store/x")
        printed = os.fsencode(f"{root}!dev\n/nix/store/y\n").decode(errors="replace")
        assert ["/nix/store/x", "/nix/store/y"] == roots.resolve(printed)

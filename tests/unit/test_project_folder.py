"""Folders that --project may name: there, missing, a file, closed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nixgen.errors import ExitStatus, UsageError
from nixgen.files.own_folder import OwnFolder

COMMANDS = [
    ["emit"],
    ["list"],
    ["build"],
    ["build", "--no-out-link"],
    ["run", "hello"],
    ["fluentd-conf", "hello"],
    ["push", "--registry", "registry.invalid"],
    ["tags", "hello", "latest", "--registry", "registry.invalid"],
    ["packages", "lock"],
    ["packages", "update"],
    ["hydra", "check"],
    ["hydra", "spec"],
]
# Root may enter any folder, but for these rights.
WITHOUT_RIGHTS = ["setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search"]


def nixgen(
    *words: str, folder: Path, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, sys.executable, "-m", "nixgen", *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(*words: str, folder: Path, before: tuple[str, ...] = ()) -> str:
    done = nixgen(*words, folder=folder, before=before)
    assert (ExitStatus.USAGE, "") == (done.returncode, done.stdout), done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_missing_folder_is_said_to_be_missing(tmp_path: Path, words: list[str]) -> None:
    """Every command says so, and makes nothing."""
    said = refusal("--project", "nowhere", *words, folder=tmp_path)
    assert said.startswith("nixgen: nowhere: there is no such folder\n")
    assert "`nixgen --project nowhere init` makes it" in said
    assert [] == list(tmp_path.iterdir())


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def dangling_link(path: Path) -> None:
    path.symlink_to("nothing")


@pytest.mark.parametrize("words", [["emit"], ["init", "--no-lock"]], ids=" ".join)
@pytest.mark.parametrize(
    ("make", "below", "message"),
    [
        (Path.touch, "", "there: expected a folder, got a file"),
        (Path.touch, "/sub", "there: expected a folder, got a file"),
        (Path.touch, "/sub/project", "there: expected a folder, got a file"),
        (link_to_itself, "", "Too many levels of symbolic links"),
        (link_to_itself, "/sub", "Too many levels of symbolic links"),
        (os.mkfifo, "", "there: expected a folder, got a file"),
    ],
)
def test_what_is_no_folder_is_named(
    tmp_path: Path, make: Callable[[Path], object], below: str, message: str, words: list[str]
) -> None:
    """Whether it is meant to be the folder or to hold it."""
    make(tmp_path / "there")
    assert message in refusal("--project", f"there{below}", *words, folder=tmp_path)


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    """By `init` as well, before it writes."""
    for words in (["emit"], ["init"]):
        assert "File name too long" in refusal("--project", "x" * 300, *words, folder=tmp_path)


@pytest.mark.parametrize("name", ["closed", "closed/sub"])
@pytest.mark.parametrize("words", [["emit"], ["init", "--no-lock"]], ids=" ".join)
def test_a_folder_that_may_not_be_entered_is_named(
    tmp_path: Path, name: str, words: list[str]
) -> None:
    """The reason is the missing right."""
    (tmp_path / "closed").mkdir(mode=0o000)
    before = tuple(WITHOUT_RIGHTS) if os.geteuid() == 0 else ()
    said = refusal("--project", name, *words, folder=tmp_path, before=before)
    (tmp_path / "closed").chmod(0o755)
    assert f"nixgen: {name}: the folder cannot be entered: Permission denied" in said


@pytest.mark.parametrize("name", ["new", "new/project"])
def test_init_makes_the_folder(tmp_path: Path, name: str) -> None:
    """As `git init` does; what comes next is told with the folder's name."""
    done = nixgen("--project", name, "init", "--no-lock", folder=tmp_path)
    assert ExitStatus.DONE == done.returncode, done.stderr
    assert f"next: nixgen --project {name} build" in done.stderr
    assert (tmp_path / name / "default.nix").is_file()


def test_help_needs_no_folder(tmp_path: Path) -> None:
    """It is the same wherever it is asked for."""
    done = nixgen("--project", "nowhere", "emit", "--help", folder=tmp_path)
    assert (ExitStatus.DONE, "") == (done.returncode, done.stderr)
    assert "Usage:" in done.stdout


def test_a_current_folder_that_was_removed_is_told(tmp_path: Path) -> None:
    """Its terminal stays in it."""
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    said = refusal("emit", folder=tmp_path, before=("sh", "-c", script, "sh"))
    assert "the current folder does not exist any more" in said


@pytest.mark.parametrize("target", [None, "/nonexistent"], ids=["a file", "a dangling link"])
def test_what_stands_in_the_place_of_the_machines_own_folder_is_named(
    tmp_path: Path, target: str | None
) -> None:
    """With what to do about it."""
    own = tmp_path / ".nixgen"
    own.symlink_to(target) if target else own.touch()
    with pytest.raises(UsageError) as refused, OwnFolder(own).written():
        pass
    told = str(refused.value).splitlines()
    assert told[0].startswith(f"{own}/incoming: cannot be written: ")
    assert "  move away what stands in the place of the file or of its folder" == told[1]

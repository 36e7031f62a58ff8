"""`nixgen build -- OPTIONS`: what Nix does with its options, nixgen lets it do."""

from __future__ import annotations

import re
import uuid
from functools import partial
from pathlib import Path

import pytest
from plumbum import local
from project import NIX_CONFIG, nixgen, output, run

from nixgen.errors import BuildError, ExitStatus
from nixgen.programs.nix import Derivations, realise
from nixgen.programs.nix_roots import held_roots

pytestmark = pytest.mark.nix


def files(project: Path) -> set[str]:
    return {path.relative_to(project).as_posix() for path in project.rglob("*")}


def image_of(project: Path, commands: str) -> None:
    """Give the project an image that no other test has, made by the commands."""
    (project / "images.py").write_text(
        "from nixgen import Image, Project\n\n"
        "project = Project(images={'hello': Image(\n"
        f"    name='hello', command='true', extra_commands={f': {uuid.uuid4()}; {commands}'!r},\n"
        ")})\n"
    )


def test_a_dry_run_says_what_would_be_built_and_builds_nothing(project: Path) -> None:
    """The derivations are listed, no path is printed, no link is made."""
    image_of(project, "echo new > file")
    done = nixgen("build", "--", "--dry-run", folder=project)
    assert (ExitStatus.DONE, "") == (done.returncode, done.stdout), done.stderr
    assert "derivations will be built:" in done.stderr
    [archive] = re.findall(r"\n  (/nix/store/\S+-docker-image-hello\.tar)\.drv", done.stderr)
    assert not [name for name in files(project) if name.startswith("result")]
    built = output(nixgen("build", folder=project))
    assert archive.partition("-")[2] == built.partition("-")[2]
    again = nixgen("build", "--json", "--", "--dry-run", folder=project)
    assert "nothing would be built" in again.stderr
    assert "{}" == output(again)


def test_check_builds_again_and_compares(project: Path) -> None:
    """What comes out the same passes, and its path is printed as ever."""
    built = output(nixgen("build", folder=project))
    assert built == output(nixgen("build", "--", "--check", folder=project))


def test_check_of_what_was_not_built_says_to_build_it(project: Path) -> None:
    """Nix has nothing to compare with."""
    image_of(project, "true")
    failed = nixgen("build", "--", "--check", folder=project)
    assert ExitStatus.BUILD == failed.returncode
    assert failed.stderr.splitlines()[-2].endswith("build it first, without --check")


def random_derivation(project: Path) -> str:
    """Instantiate what comes out another way each time."""
    expression = (
        "(import ./default.nix { }).pkgs.runCommand "
        f'"random-{uuid.uuid4()}" {{ }} "cat /proc/sys/kernel/random/uuid > $out"'
    )
    return output(run("nix-instantiate", "--expr", expression, folder=project))


def test_check_fails_where_something_else_comes_out(project: Path) -> None:
    """The message says what differs, and that Nix would keep it."""
    derivation = random_derivation(project)
    realised = partial(realise, Derivations([derivation]), on_step=lambda step: None)
    with local.env(NIX_CONFIG=NIX_CONFIG), held_roots(project) as roots:
        realised(roots=roots)
        with pytest.raises(BuildError) as refusal:
            realised(["--check", "--keep-going"], roots=roots)
    *_, said, remedy = str(refusal.value).splitlines()
    assert "may not be deterministic: output" in said
    assert "  with --keep-failed Nix keeps what came out this time" == remedy


@pytest.mark.parametrize(
    ("options", "count"),
    [([], 1), (["--keep-going"], 3), (["-k"], 3), (["--option", "keep-going", "true"], 3)],
)
def test_check_of_several_goes_on_where_it_shall(
    project: Path, options: list[str], count: int
) -> None:
    """As nix-store does, which names what differs first, or all that does."""
    wanted = [random_derivation(project) for _ in range(3)]
    output(run("nix-store", "--realise", *wanted, folder=project))
    compared = run("nix-store", "--realise", *wanted, "--check", *options, folder=project)
    with (
        local.env(NIX_CONFIG=NIX_CONFIG),
        held_roots(project) as roots,
        pytest.raises(BuildError) as refusal,
    ):
        realise(
            Derivations(wanted, wanted[0]),
            ["--check", *options],
            roots=roots,
            on_step=lambda step: None,
        )
    for said in (compared.stderr, str(refusal.value)):
        assert count == said.count("may not be deterministic: output")


def test_kept_folder_of_a_failed_build_is_named(project: Path) -> None:
    """However long the log is, the message says where the folder is, and it is there."""
    image_of(project, "seq 1000; echo kept > file; exit 3")
    failed = nixgen("build", "--", "--keep-failed", folder=project)
    assert ExitStatus.BUILD == failed.returncode
    [folder] = re.findall(r"\n  (?:note: )?keeping build directory '(\S+)'", failed.stderr)
    assert Path(folder).is_dir()


def images_of(project: Path, commands: dict[str, str]) -> None:
    """Give the project images that no other test has, each made by its commands."""
    images = "".join(
        f"    {name!r}: Image(name={name!r}, command='true', "
        f"extra_commands={f': {uuid.uuid4()}; {each}'!r}),\n"
        for name, each in commands.items()
    )
    (project / "images.py").write_text(
        f"from nixgen import Image, Project\n\nproject = Project(images={{\n{images}}})\n"
    )


def test_several_images_are_told_of_built_and_compared(project: Path) -> None:
    """Each counts: to be built, with what it needs, then compared, then there."""
    images_of(project, {"one": "echo 1 > file", "two": "echo 2 > file"})
    told = nixgen("build", "--json", "--", "--dry-run", folder=project)
    assert "{}" == output(told)
    for name in ("one", "two"):
        assert f"-docker-image-{name}.tar.drv\n" in told.stderr
    assert "nixgen-outputs" not in told.stderr
    built = output(nixgen("build", "--json", folder=project))
    compared = nixgen("build", "--json", "--", "--check", folder=project)
    assert built == output(compared)
    for name in ("one", "two"):
        assert f"building docker-image-{name}.tar\n" in compared.stderr
    again = nixgen("build", "--", "--dry-run", folder=project)
    assert "nothing would be built" in again.stderr


def test_each_kept_folder_and_definition_of_several_is_named(project: Path) -> None:
    """Whichever of several fail, and no other image."""
    images_of(project, {"one": "echo 1 > kept; exit 3", "two": "exit 4", "three": "true"})
    failed = nixgen("build", "--", "-kK", folder=project)
    assert ExitStatus.BUILD == failed.returncode
    folders = re.findall(r"\n  (?:note: )?keeping build directory '(\S+)'", failed.stderr)
    assert [True, True] == [Path(folder).is_dir() for folder in folders]
    named = re.findall(r"dockerImages\.(\w+) is defined here", failed.stderr)
    assert ["one", "two"] == named


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--add-root", "x"], "--add-root: this option cannot be passed to Nix"),
        (["hello"], "expected an option of Nix after `--`"),
        (["--option", "cores"], "2 values must follow"),
        (["--no-such-option"], "--no-such-option: Nix does not take this option"),
        (["--sandbox", "nowhere"], "--sandbox: Nix does not take this option"),
    ],
)
@pytest.mark.parametrize("command", [["build"], ["push", "--registry", "registry.invalid"]])
def test_a_wrong_option_is_refused_before_anything_is_written(
    project: Path, command: list[str], words: list[str], message: str
) -> None:
    """Status 2, the reason, and the folder as it was."""
    (project / "default.nix").unlink()
    before = files(project)
    failed = nixgen(*command, "--", *words, folder=project)
    assert (ExitStatus.USAGE, "") == (failed.returncode, failed.stdout)
    assert message in failed.stderr
    assert before == files(project)


@pytest.mark.parametrize(
    "command",
    [["push", "--registry", "registry.invalid"], ["fluentd-conf", "hello"]],
)
def test_a_dry_run_is_for_builds_alone(project: Path, command: list[str]) -> None:
    """What is not built can neither be pushed nor shown."""
    failed = nixgen(*command, "--", "--dry-run", folder=project)
    assert ExitStatus.USAGE == failed.returncode
    assert "`nixgen build -- --dry-run` tells what would be built" in failed.stderr


def test_settings_of_nix_are_passed_on(project: Path) -> None:
    """Also those that the manual lists as settings alone."""
    words = ["--no-sandbox", "--extra-sandbox-paths", "", "-j1", "-vK", "--show-trace"]
    output(nixgen("build", "--", *words, folder=project))

"""A new user's path: the package, a project, a change, a container; and what may go wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from containers import ENGINE, Container, engine, remove, wait_until
from project import NIX_CONFIG, REPOSITORY, nixgen, output, run

from nixgen.errors import ExitStatus

pytestmark = pytest.mark.container

RUN = ("run", "--engine", ENGINE)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it into an empty environment, and return its nixgen."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    output(run(*build, str(REPOSITORY), folder=folder))
    [wheel] = folder.glob("*.whl")
    output(run(sys.executable, "-m", "venv", "venv", folder=folder))
    output(run("venv/bin/pip", "--quiet", "install", str(wheel), folder=folder))
    return folder / "venv/bin/nixgen"


def test_installed_package_makes_a_project(installed: Path, tmp_path: Path) -> None:
    """From the wheel alone `init` and `emit` make all that nix-build needs."""
    done = run(str(installed), "init", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "debian.lock.json").is_file()
    output(run(str(installed), "emit", "--check", folder=tmp_path))
    instantiated = run("nix-instantiate", "-A", "dockerImages.hello", folder=tmp_path)
    assert output(instantiated).endswith("-docker-image-hello.tar.drv")


def test_change_of_a_command_is_seen(project: Path) -> None:
    """After a change in images.py `build` and `run` give a container that does the new thing."""
    definitions = project / "images.py"
    lines = definitions.read_text().splitlines()
    [line] = [number for number, line in enumerate(lines) if "command=" in line]
    lines[line] = '            command="echo this is the change; exec sleep 1000",'
    definitions.write_text("\n".join(lines))
    archive = output(nixgen("build", folder=project))
    assert archive == str((project / "result-hello").resolve())
    container = Container(output(nixgen(*RUN, "--detach", "hello", folder=project)))
    try:
        container.wait_for_log("this is the change", timeout=20)
        wait_until(lambda: container.check_health()[0], 20, "the health check does not succeed")
    finally:
        remove(container.name)


def test_run_ends_with_the_status_of_the_container(project: Path) -> None:
    """`nixgen run` shows the log, ends as the container does, and removes it."""
    definitions = project / "images.py"
    text = definitions.read_text()
    command = next(line for line in text.splitlines() if "command=" in line)
    ending = 'command="echo going; exit 7", on_failure="exit", max_failures=1,'
    definitions.write_text(text.replace(command, ending))
    done = nixgen(*RUN, "hello", "--name", "nixgen-test-status", folder=project)
    assert done.returncode == 7, done.stderr
    assert "going" in done.stdout + done.stderr
    assert engine("ps", "--all", "--quiet", "--filter", "name=nixgen-test-status") == ""


def failure(
    *words: str, folder: Path, status: ExitStatus, environment: dict[str, str] | None = None
) -> str:
    done = nixgen(*words, folder=folder, environment=environment)
    assert status == done.returncode, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_missing_lock_is_explained(project: Path) -> None:
    """Without a lock the message names the command that makes one."""
    (project / "debian.lock.json").unlink()
    message = failure("build", folder=project, status=ExitStatus.EVALUATION)
    assert "no package lock: run `nixgen packages lock`" in message


def test_lock_without_a_wanted_package_is_explained(project: Path) -> None:
    """A package that the lock lacks is named, with the way to lock it."""
    definitions = project / "images.py"
    definitions.write_text(definitions.read_text().replace("pkgs.busybox", "pkgs.nginx"))
    message = failure("build", folder=project, status=ExitStatus.EVALUATION)
    assert "nginx" in message
    assert "images.py:7: dockerImages.hello is defined here" in message


@pytest.mark.parametrize("contents", ["", "{", "[]", "{}"])
def test_broken_lock_is_explained(project: Path, contents: str) -> None:
    """A lock that is none is named, with the command that makes a new one."""
    (project / "debian.lock.json").write_text(contents)
    message = failure("build", folder=project, status=ExitStatus.EVALUATION)
    assert "debian.lock.json: does not fit the project any more: " in message
    assert "\n  run `nixgen packages lock`" in message


def test_new_package_is_locked_by_what_builds_it(project: Path) -> None:
    """When the definitions ask for one more Debian package, `build` locks it and says so."""
    definitions = project / "images.py"
    text = definitions.read_text().replace(
        "{pkgs.busybox}/bin/busybox httpd", "{pkgs.tree}/bin/tree"
    )
    text = text.replace("import Image,", "import DebianPackageSet, Image,")
    added = 'Project(\n    package_set=DebianPackageSet(packages=["tree"]),'
    definitions.write_text(text.replace("Project(", added, 1))
    done = nixgen("build", folder=project)
    assert done.returncode == 0, done.stderr
    assert "debian.lock.json: locking what was added: tree\n" in done.stderr
    assert "wrote debian.lock.json\n" in done.stderr


def test_uids_that_changed_are_explained(project: Path) -> None:
    """What a new lock would change in images is told before anything is built."""
    definitions = project / "images.py"
    text = definitions.read_text().replace("import Image,", "import DebianPackageSet, Image,")
    added = 'Project(\n    package_set=DebianPackageSet(uids={"redis": 110}),'
    definitions.write_text(text.replace("Project(", added, 1))
    message = failure("build", folder=project, status=ExitStatus.EVALUATION)
    assert "does not fit the project any more: the uids in it are not those" in message


def test_library_is_the_same_from_every_installation(installed: Path, project: Path) -> None:
    """What pip compiles beside the library's scripts does not become part of projects."""
    assert not [*project.rglob("*.pyc")]
    output(run(str(installed), "emit", "--check", folder=project))


def test_lock_of_another_schema_is_explained(project: Path) -> None:
    """A lock that this nixgen does not read leads to locking again."""
    lock = project / "debian.lock.json"
    lock.write_text(lock.read_text().replace('"schemaVersion": 2', '"schemaVersion": 99'))
    message = failure("build", folder=project, status=ExitStatus.EVALUATION)
    assert "run `nixgen packages lock`" in message


def test_file_that_its_mirror_lost_is_explained(project: Path) -> None:
    """When a locked file cannot be had any more, the message says to lock again."""
    lock = project / "debian.lock.json"
    content = json.loads(lock.read_text())
    jq = content["architectures"]["amd64"]["packages"]["jq"]
    jq.update(path="pool/main/j/jq/jq_0-lost.deb", sha256="0" * 64)
    lock.write_text(json.dumps(content))
    definitions = project / "images.py"
    definitions.write_text(definitions.read_text().replace("pkgs.busybox", "pkgs.jq"))
    message = failure("build", folder=project, status=ExitStatus.BUILD)
    assert "run `nixgen packages lock --update`" in message, message


def test_failing_build_shows_the_end_of_its_log(project: Path) -> None:
    """The message holds what was run, the log's end, and the definition's line."""
    packages = project / "packages.nix"
    packages.write_text(
        "{ pkgs }: { greeting = pkgs.runCommand "
        '"greeting" { } "echo something is missing >&2; exit 3"; }\n'
    )
    message = failure("build", folder=project, status=ExitStatus.BUILD)
    assert "nix-store --realise" in message
    assert "something is missing" in message
    assert "images.py:7: dockerImages.hello is defined here" in message


@pytest.mark.parametrize("words", [[], ["unshare", "--user", "--map-user", "4711"]], ids=len)
def test_unwritable_store_is_explained(project: Path, words: list[str], tmp_path: Path) -> None:
    """Where the store cannot be written, by root or by a user, the message says what to do.

    Newer Nix would build in the user's home, where no engine finds what the paths name.
    """
    mount = 'mount -t tmpfs -o ro none /nix && exec "$@"'
    alone = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else [])]
    done = subprocess.run(
        [*alone, "sh", "-c", mount, "sh", *words, sys.executable, "-m", "nixgen", "build"],
        cwd=project,
        env={**os.environ, "NIX_CONFIG": NIX_CONFIG, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (ExitStatus.EVALUATION, ExitStatus.BUILD), done.stderr
    assert "the Nix store cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def containers_of(label: str, *, state: str = "") -> str:
    """Return the ids of the containers with the label, those in the state alone if one is given."""
    states = ("--filter", f"status={state}") if state else ("--all",)
    return engine("ps", *states, "--quiet", "--filter", f"label={label}")


@pytest.mark.parametrize(
    ("signals", "started"),
    [
        ([signal.SIGINT], False),
        ([signal.SIGINT], True),
        ([signal.SIGINT, signal.SIGINT], True),
        ([signal.SIGHUP], True),
        ([signal.SIGTERM], True),
    ],
)
def test_interrupted_run_leaves_no_container(
    project: Path, signals: list[signal.Signals], started: bool
) -> None:
    """Whatever interrupts `nixgen run`, before or after the start, its container goes with it."""
    label = f"nixgen-test={uuid.uuid4()}"
    command = [sys.executable, "-m", "nixgen", *RUN, "hello", "--", "--label", label]
    process = subprocess.Popen(
        command,
        cwd=project,
        env={**os.environ, "NIX_CONFIG": NIX_CONFIG},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # What a shell starts in the background, tests too, inherits that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    state = "running" if started else ""
    wait_until(lambda: containers_of(label, state=state), 90, "no container was made")
    for number in signals:
        os.killpg(process.pid, number)
    assert ExitStatus.INTERRUPTED == process.wait(timeout=60)
    assert "" == containers_of(label)

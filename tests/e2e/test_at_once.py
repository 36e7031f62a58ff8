"""Many commands at once in one project, and garbage that is collected meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from containers import ContainerError, container_options
from project import NIX_CONFIG, REPOSITORY, nixgen, run

from nixgen.errors import ExitStatus
from nixgen.package_sets import debian

SEED = 5
ROUNDS = 6
SECONDS = 240  # a round takes five on a quiet machine

EVALUATION = """\
import sys
from pathlib import Path
import click
from nixgen.cli.evaluation import instantiate
with click.Context(click.Command("test")):
    for _ in range(int(sys.argv[1])):
        instantiate(Path(), ["dockerImages.hello"])
"""
"""Evaluates the project as every command does, and builds nothing."""


@pytest.mark.container
@pytest.mark.nix
def test_rounds_of_commands_while_garbage_is_collected(tmp_path: Path) -> None:
    """None hangs, none fails, and none has another's image, whatever commands meet."""
    try:
        container_options()
    except ContainerError as error:
        pytest.skip(str(error))
    words = ["--rounds", str(ROUNDS), "--seed", str(SEED), "--seconds", str(SECONDS), "--run"]
    done = run(sys.executable, "-m", "bench.rounds", *words, folder=REPOSITORY)
    print(done.stdout)
    assert 0 == done.returncode, f"{done.stdout}\n{done.stderr}"
    assert f"{ROUNDS} rounds of 10 commands: 0 bad" in done.stdout


STAND_IN = """\
#!/bin/sh
# Before the first realisation, collects what it was asked for: a collector may miss a root.
if [ "$1" = --realise ] && mkdir "$0.done" 2>/dev/null; then
    for word; do case $last in --add-root) rm "${word%/*}"/*;; esac; last=$word; done
    for word; do case $word in *.drv) "$REAL" --delete "$word" && : >"$0.deleted";; esac; done
fi
exec "$REAL" "$@"
"""


@pytest.mark.nix
@pytest.mark.parametrize("words", [("build", "--no-out-link"), ("list", "--digests")])
def test_what_was_collected_is_made_again(
    project: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """A derivation that vanishes before it is realised is instantiated once more."""
    text = f'text="of {project.name} {time.time_ns()}"'
    file = f'pkgs.writeTextFile(name="note", destination="/share/note", {text})'
    images = "".join(
        f'    "{name}": LayeredImage(name="{name}", contents=[{file}]),\n' for name in ("a", "b")
    )
    (project / "images.py").write_text(
        "from nixgen import LayeredImage, Project, pkgs\n"
        f"project = Project(images={{\n{images}}})\n"
    )
    stand_in = project / "bin/nix-store"
    stand_in.parent.mkdir()
    stand_in.write_text(STAND_IN)
    stand_in.chmod(0o755)
    real = shutil.which("nix-store")
    assert real
    monkeypatch.setenv("REAL", real)
    monkeypatch.setenv("PATH", f"{stand_in.parent}:{os.environ['PATH']}")
    done = nixgen(*words, folder=project)
    assert 0 == done.returncode, done.stderr
    assert stand_in.with_name("nix-store.deleted").exists()


@pytest.mark.nix
def test_lock_that_is_written_meanwhile_fits_its_seed(project: Path) -> None:
    """Whoever evaluates the project meets a pair of one run, however often they are written."""
    content = json.loads((project / debian.LOCK_NAME).read_bytes())
    [(architecture, locked)] = content["architectures"].items()
    evaluations = [
        subprocess.Popen(
            [sys.executable, "-c", EVALUATION, "12"],
            cwd=project,
            env={**os.environ, "NIX_CONFIG": NIX_CONFIG},
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    written = 0
    while any(each.poll() is None for each in evaluations):
        written += 1
        other = f"#!/bin/sh\n# {time.time_ns()}".encode()  # Nix has no such path in the store
        architectures = {architecture: {**locked, "seed": debian.nar_sha256(other)}}
        debian.write_lock(
            project, {**content, "architectures": architectures}, {architecture: other}
        )
        time.sleep(0.05)
    assert [(0, "")] * 3 == [(each.wait(), each.communicate()[1]) for each in evaluations]
    assert written > 5


@pytest.mark.nix
def test_failure_among_several_images_leads_to_the_image(project: Path) -> None:
    """The message names the line of the one that does not build, and no other."""
    (project / "images.py").write_text(
        "from nixgen import LayeredImage, Project, pkgs\n"
        "project = Project(images={\n"
        '    "good": LayeredImage(name="good", contents=[pkgs.bash]),\n'
        '    "bad": LayeredImage(name="rotten", contents=[pkgs.bash], extra_commands="exit 3"),\n'
        "})\n"
    )
    for words in (("build", "--no-out-link"), ("list", "--digests")):
        failed = nixgen(*words, folder=project)
        assert ExitStatus.BUILD == failed.returncode
        assert ["  images.py:4: dockerImages.bad is defined here"] == [
            line for line in failed.stderr.splitlines() if "is defined here" in line
        ]


@pytest.mark.nix
def test_builds_at_once_leave_links_to_the_images(project: Path) -> None:
    """Each makes the link anew, and the last one keeps the image."""
    command = [sys.executable, "-m", "nixgen", "build"]
    environment = {**os.environ, "NIX_CONFIG": NIX_CONFIG}
    builds = [
        subprocess.Popen(
            command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(5)
    ]
    ended = [(build.communicate(timeout=SECONDS), build.returncode) for build in builds]
    link = f"{(project / 'result-hello').readlink()}\n".encode()
    assert [(link, 0)] * 5 == [(stdout, status) for (stdout, _), status in ended]
    assert [] == [path for path in project.iterdir() if path.name.startswith("result-hello.")]

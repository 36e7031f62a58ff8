"""The same definitions give the same image, wherever and however often it is built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from containers import engine
from package_set import nixpkgs_checkout, package_set_words
from project import NIX_CONFIG, REPOSITORY, copy_project, images, output, run

from nixgen.project.load import load_project

pytestmark = pytest.mark.container

BUILD = ["nix-build", *package_set_words(), "--no-out-link"]
# nixpkgs' archive names who built it; the image in it does not.
FORM = ".oci" if nixpkgs_checkout() else ""
RESTRICTED = ["--option", "restrict-eval", "true", "--option", "allow-import-from-derivation"]


@pytest.fixture(scope="module")
def clones(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [copy_project(tmp_path_factory.mktemp(name)) for name in ("here", "there")]


def test_two_clones_give_the_same_output_path(clones: list[Path]) -> None:
    """The folder that a project lies in leaves no trace in its images."""
    command = [*BUILD, "-A", "dockerImages.locksmithWorker"]
    here, there = (output(run(*command, folder=clone)) for clone in clones)
    assert here == there


def test_building_again_gives_the_same_bytes(clones: list[Path]) -> None:
    """nix-build --check builds the image a second time and finds no difference."""
    images()
    command = [*BUILD, "-A", "dockerImages.locksmithWorker", "--check"]
    output(run(*command, folder=clones[0]))


def test_every_image_builds_in_one_go(clones: list[Path]) -> None:
    """nix-build -A dockerImages builds them all."""
    built = output(run(*BUILD, "-A", "dockerImages", folder=clones[0]))
    assert {str(path) for path in images().values()} == set(built.split())


@pytest.mark.parametrize("sandbox", ["true", "false"])
def test_sandbox_makes_no_difference(clones: list[Path], sandbox: str) -> None:
    """A layer and an image that are built again are the same with and without the sandbox."""
    configuration = NIX_CONFIG.replace("sandbox = true", f"sandbox = {sandbox}")
    for attribute in ("rootService", "staticFiles"):
        command = [*BUILD, "-A", f"dockerImages.{attribute}{FORM}"]
        output(run(*command, folder=clones[0]))
        rebuilt = run(
            *command, "--check", folder=clones[0], environment={"NIX_CONFIG": configuration}
        )
        output(rebuilt)


def test_image_tools_read_the_archive() -> None:
    """skopeo and the engine read the archive under its name."""
    archive = images()["locksmithWorker"]
    inspected = output(run("skopeo", "inspect", f"docker-archive:{archive}", folder=REPOSITORY))
    assert json.loads(inspected)["Os"] == "linux"
    loaded = engine("load", "--quiet", "--input", str(archive))
    assert "locksmith/worker:" in loaded


@pytest.mark.parametrize("file", ["default.nix", "jobsets.nix"])
def test_restricted_evaluation_needs_the_project_alone(clones: list[Path], file: str) -> None:
    """Under restrict-eval, with only the project's folder allowed, every image evaluates."""
    clone = clones[0]
    expression = (
        f"builtins.mapAttrs (name: image: image.drvPath or name) "
        f"(import {clone}/{file} {{ }}).dockerImages"
    )
    words = ["--eval", "--strict", "--json", "--read-write-mode", "-I", f"project={clone}"]
    done = run("nix-instantiate", *words, *RESTRICTED, "false", "-E", expression, folder=clone)
    assert {*load_project(REPOSITORY).images, "pulled"} >= set(json.loads(output(done)))

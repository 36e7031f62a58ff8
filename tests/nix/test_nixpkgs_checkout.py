"""The repository's own project on a checkout of nixpkgs, which NIXGEN_TEST_NIXPKGS names.

The tests of containers run on it as well when it is named (tests/package_set.py).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from package_set import LOCK, REPOSITORY, nixpkgs_checkout, package_set_words

from nixgen.project.load import load_project

pytestmark = [
    pytest.mark.nix,
    pytest.mark.skipif(not nixpkgs_checkout(), reason="NIXGEN_TEST_NIXPKGS names no checkout"),
]

ATTRIBUTES = sorted(load_project(REPOSITORY).images)


def run(*command: str, folder: Path = REPOSITORY) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NIX_CONFIG": "build-users-group =\nsubstituters =\n"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def instantiate(*attributes: str) -> list[str]:
    selected = [word for attribute in attributes for word in ("-A", attribute)]
    return run("nix-instantiate", *selected, *package_set_words()).split()


def requisites(derivation: str) -> str:
    return run("nix-store", "--query", "--requisites", derivation)


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_image_instantiates(attribute: str) -> None:
    """Its graph holds nixpkgs' own derivations, and for services those of the library."""
    path = f"dockerImages.{attribute}"
    derivation, oci = instantiate(path, f"{path}.oci")
    graph = requisites(derivation)
    image = load_project(REPOSITORY).images[attribute]
    name = getattr(image, "name", "").split("/")[-1]
    for expected in (f"-{name}.tar.drv", f"-stream-{name}.drv", f"-{name}-customisation-layer.drv"):
        assert f"{expected}\n" in graph
    assert "-skopeo" in requisites(oci)
    with_services = "-supervisor.drv\n" in graph and "-services.drv\n" in graph
    assert with_services == (type(image).__name__ == "Image")


def test_conf_is_found_in_the_graph() -> None:
    """fluentd.conf can be told by its name among what an image with fluentd needs."""
    conf = [
        attribute
        for attribute in ATTRIBUTES
        if "-fluentd.conf.drv\n" in requisites(instantiate(f"dockerImages.{attribute}")[0])
    ]
    defined = load_project(REPOSITORY).images
    asked_for = [
        attribute
        for attribute in ATTRIBUTES
        if any(
            getattr(service, "fluentd", None)
            for service in (defined[attribute], *getattr(defined[attribute], "services", ()))
        )
    ]
    assert asked_for == conf


def test_perp_comes_from_its_own_source(tmp_path: Path) -> None:
    """Where nobody puts another in its place, perp is made from its upstream tarball."""
    checkout = nixpkgs_checkout()
    perp = f"(import {REPOSITORY}/nix/package-sets/nixpkgs {{ nixpkgs = {checkout}; }}).perp"
    [derivation] = run("nix-instantiate", "--expr", perp, folder=tmp_path).split()
    assert "-perp-2.07.tar.gz.drv\n" in requisites(derivation)
    assert derivation.endswith("-perp-2.07.drv")


def test_jobs_evaluate_as_in_hydra(tmp_path: Path) -> None:
    """With nixpkgs as an input every job is found, nothing else is read and nothing built."""
    checkout = nixpkgs_checkout()
    assert checkout
    nixpkgs = tmp_path / "nixpkgs"
    for source, target in [
        (checkout, "nixpkgs"),
        (REPOSITORY / "nix", "nix"),
        (REPOSITORY / "bench", "bench"),
        (LOCK.parent, "lock"),
    ]:
        shutil.copytree(
            source, nixpkgs / target, symlinks=True, ignore=shutil.ignore_patterns(".git")
        )
    (nixpkgs / "default.nix").write_text(
        "{ system, ... }:\nimport ./bench/nixpkgs-on-debian.nix {\n"
        "  inherit system;\n  nixpkgs = ./nixpkgs;\n  lock = ./lock/debian.lock.json;\n}\n"
    )
    project = tmp_path / "project"
    project.mkdir()
    for name in ("images.py", "packages.nix"):
        shutil.copy(REPOSITORY / name, project)
    nixgen = [sys.executable, "-m", "nixgen"]
    run(*nixgen, "emit", folder=project)
    words = ["hydra", "check", "--json", "--input", f"nixpkgs={nixpkgs}"]
    shown: list[dict[str, Any]] = json.loads(run(*nixgen, *words, folder=project))
    jobs = {job["job"] for jobset in shown for job in jobset["jobs"]}
    assert [[]] == [jobset["findings"] for jobset in shown]
    # The checkout may have no fluentd, and then leaves out what can do without.
    images = load_project(REPOSITORY).images
    always = {name for name in ATTRIBUTES if not getattr(images[name], "optional", False)}
    for kind in ("dockerImages", "pushDockerImages", "report"):
        assert {f"{kind}.{attribute}" for attribute in always} <= jobs

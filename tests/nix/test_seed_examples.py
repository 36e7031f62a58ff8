"""The examples of the document that nixgen follows evaluate as they are printed, on every set."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from package_set import LOCK, REPOSITORY, package_set_words

pytestmark = pytest.mark.nix

SEED = Path(__file__).parent / "seed"
DEBIAN = ["--arg", "pkgs", f"import {REPOSITORY}/nix/package-sets/debian {{ lock = {LOCK}; }}"]
SERVICES = {
    "customFilters": ["service2"],
    "environment": ["bar"],
    "fluentd": ["bar"],
    "fluentdOfServices": ["service1", "service2"],
    "gremlinServer": ["gremlin-server", "gremlin-sync"],
    "locksmithWorker": ["worker"],
    "otherSource": ["service2"],
    "repeatedSections": ["bar"],
    "root": ["bar"],
}
WITH_FLUENTD = [
    *("customFilters", "fluentd", "fluentdOfServices", "otherSource", "repeatedSections")
]


@pytest.fixture(
    scope="module",
    params=[
        "debian",
        pytest.param(
            "nixpkgs",
            marks=pytest.mark.skipif(
                not package_set_words(), reason="NIXGEN_TEST_NIXPKGS names no checkout"
            ),
        ),
    ],
)
def words(request: pytest.FixtureRequest) -> list[str]:
    """Give the words that choose the package set."""
    return DEBIAN if request.param == "debian" else package_set_words()


def nix(command: str, *words: str) -> str:
    done = subprocess.run(
        [command, *words],
        env={**os.environ, "NIX_CONFIG": "build-users-group =\nsubstituters =\n"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_examples_evaluate(words: list[str]) -> None:
    """Each becomes a derivation, and has the services that it says."""
    show = f"""{{ pkgs }}: builtins.mapAttrs (name: image: {{
        inherit (image) drvPath imageName;
        services = map (service: service.name) image.services;
    }}) (import {SEED} {{ inherit pkgs; }})"""
    options = ["--eval", "--strict", "--json", "--read-write-mode", "--expr", show]
    images = json.loads(nix("nix-instantiate", *options, *words))
    assert set(SERVICES) == set(images)
    for name, image in images.items():
        assert image["drvPath"].endswith(".drv")
        assert SERVICES[name] == [each for each in image["services"] if each in SERVICES[name]]


@pytest.mark.parametrize("example", WITH_FLUENTD)
def test_fluentd_is_configured(
    words: list[str], example: str, golden: Callable[[str, str], None]
) -> None:
    """fluentd.conf is found among what the image needs, and realised without the image."""
    derivation = nix("nix-instantiate", str(SEED), "-A", example, *words).strip()
    closure = nix("nix-store", "--query", "--requisites", derivation).split()
    [conf] = [path for path in closure if path.endswith("-fluentd.conf.drv")]
    text = Path(nix("nix-store", "--realise", conf).strip()).read_text()
    golden(f"seed/{example}.conf", text)

"""The examples of the document that nixgen follows evaluate as they are printed, on every set."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from fluentd_reader import read_conf
from package_set import LOCK, REPOSITORY, package_set_words
from seed_document import blocks, is_configuration, is_shell

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
# Those with dots for something not shown, and with an unquoted path.
NO_NIX = ['services = [ { name = "svc1"; command = [...];', "imageEnv = pkgs.writeTextFile"]
CONFIGURATIONS = REPOSITORY / "tests/golden/seed"


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


def without_comments(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"#.*", "", text)).strip()


def test_every_example_is_tried() -> None:
    """Each example of the document that is Nix is printed in a file that the other tests read."""
    files = [without_comments(file.read_text()) for file in SEED.glob("*.nix")]
    examples = [without_comments(each) for each in blocks() if not is_shell(each)]
    untried = [
        example
        for example in examples
        if not is_configuration(example)
        and not any(example in file or file in example for file in files)
    ]
    assert len(NO_NIX) == len(untried)
    assert all(example.startswith(start) for example, start in zip(untried, NO_NIX, strict=True))


def test_every_configuration_is_made() -> None:
    """Each section of fluentd.conf that the document shows is made of its examples.

    One of these has a pattern in double quotes, in which Nix drops backslashes.
    """
    made = [
        section
        for file in CONFIGURATIONS.glob("*.conf")
        for section in sections_of(file.read_text())
    ]
    shown = [re.sub(r" *#.*\n", "", block) for block in blocks() if is_configuration(block)]
    assert len(shown) == 4
    for block in shown:
        assert sections_of(block)[0] in made


def sections_of(text: str) -> list[dict[str, object]]:
    return [section.as_tree() for section in read_conf(text.replace("\\", "")).sections]

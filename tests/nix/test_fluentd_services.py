"""What the image library does about fluentd, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from package_set import LOCK, REPOSITORY

pytestmark = pytest.mark.nix

PACKAGES = f"pkgs = import {REPOSITORY}/nix/package-sets/debian {{ lock = {LOCK}; }};"
LIBRARY = f"lib = import {REPOSITORY}/nix {{ inherit pkgs; }};"


def evaluate(expression: str) -> subprocess.CompletedProcess[str]:
    """Evaluate an expression of the library and its package set."""
    text = f"let {PACKAGES} {LIBRARY} in {expression}"
    return subprocess.run(
        ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode", "--expr", text],
        env={**os.environ, "NIX_CONFIG": "build-users-group =\nsubstituters =\n"},
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(expression: str) -> str:
    """Return the message with which the library refuses."""
    done = evaluate(expression)
    assert done.returncode != 0, done.stdout
    return done.stderr


def image(*services: str, arguments: str = "") -> str:
    """Return an image of services in the syntax of Nix, which all have the command `true`."""
    listed = " ".join(f'({{ command = "true"; }} // {service})' for service in services)
    return f'lib.buildImageWithPerps {{ name = "foo/bar"; services = [ {listed} ]; {arguments} }}'


CAPTURED = '{ name = "a"; fluentd.source.type = "stdout"; }'
MISTAKEN = '{ name = "a"; fluentd = { source.type = "stdout"; filters = [ { } ]; }; }'
WHERE = 'lib.buildImageWithPerps: image "foo/bar"'
TAKEN = "expected another name than that of a service that fluentd brings along"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            image(MISTAKEN),
            f'{WHERE}, service "a": fluentd.filters[0].type: expected the name of a plugin, '
            "got none",
        ),
        (
            image(CAPTURED, arguments='fluentd.outputs = [ { type = "file"; "@x" = 1; } ];'),
            f'{WHERE}: fluentd.outputs[0]."@x": expected @id, @label, @log_level, @type or a name'
            ' without @, got "@x"',
        ),
        (
            image(CAPTURED, '{ name = "fluentd"; }'),
            f'{WHERE}: services[1].name: {TAKEN}, got "fluentd"',
        ),
        (
            image(CAPTURED, '{ name = "a-log"; }'),
            f'{WHERE}: services[1].name: {TAKEN}, got "a-log"',
        ),
    ],
)
def test_mistakes_are_refused(expression: str, message: str) -> None:
    """The message names the function, the image and the path of the value."""
    assert f"error: {message}" in refusal(f"({expression}).drvPath")


def test_image_of_one_command() -> None:
    """The service is named after the image, and its `fluentd` holds the image's outputs as well."""
    both = 'fluentd = { source.type = "stdout"; outputs = [ { type = "null"; } ]; };'
    one = f'lib.buildImageWithPerp {{ name = "foo/bar"; command = "true"; {both} }}'
    conf = json.loads(evaluate(f"({one}).fluentdConf.drvAttrs.text").stdout)
    assert "tag log.bar" in conf
    assert "<match **>\n  @type null\n</match>" in conf


def test_image_without_a_source_has_no_fluentd() -> None:
    """Where no service asks for fluentd there is no configuration of it."""
    plain = image('{ name = "a"; }')
    assert json.loads(evaluate(f"({plain}).fluentdConf").stdout) is None

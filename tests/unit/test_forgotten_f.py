"""Strings that name packages and lack the f before their quotes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nixgen import File, Fluentd, Image, LayeredImage, Output, Service, nix, pkgs
from nixgen.definitions import AnyImage
from nixgen.errors import DefinitionError
from nixgen.language.render import render
from nixgen.project import lower

PUT = 'put an f before the quotes: f"{pkgs.jq}/bin/jq"; '
BRACE = "for a brace that is meant so write {nix('\"{\"')} in the f-string"


@pytest.mark.parametrize(
    ("define", "path", "given", "remedy"),
    [
        (
            lambda: Image(name="a", command="{pkgs.jq}/bin/jq"),
            "command",
            "'{pkgs.jq}/bin/jq'",
            PUT,
        ),
        (
            lambda: Image(name="a", command="${pkgs.jq}/bin/jq ."),
            "command",
            "'${pkgs.jq}/bin/jq .'",
            f"leave out the $, and {PUT}",
        ),
        (
            lambda: Service(name="a", command=[f"{pkgs.bash}/bin/bash", "-c", "{pkgs.jq.bin}/jq"]),
            "command[2]",
            "'{pkgs.jq.bin}/jq'",
            PUT,
        ),
        (
            lambda: Service(name="a", command=f"{pkgs.bash}/bin/bash " + "{pkgs.jq}"),
            "command",
            "'{pkgs.bash}/bin/bash {pkgs.jq}'",
            PUT,
        ),
        (
            lambda: Image(name="a", command="x", environment={"PATH": "{pkgs.jq}/bin"}),
            "environment.PATH",
            "'{pkgs.jq}/bin'",
            PUT,
        ),
        (
            lambda: LayeredImage(name="a", files={"/a": File(text="{pkgs.jq}")}),
            'files."/a".text',
            "'{pkgs.jq}'",
            PUT,
        ),
        (
            lambda: Image(
                name="a",
                services=[Service(name="a", command="a")],
                fluentd=Fluentd(outputs=[Output(type="exec", command="{pkgs.jq}/bin/jq")]),
            ),
            "fluentd.outputs[0].command",
            "'{pkgs.jq}/bin/jq'",
            PUT,
        ),
    ],
)
def test_forgotten_f_is_refused(
    define: Callable[[], AnyImage | Service], path: str, given: str, remedy: str
) -> None:
    """The message names the line and the value, and says what to write."""
    with pytest.raises(DefinitionError) as refused:
        define()
    said = str(refused.value)
    assert f"{path}: expected names of Nix in an f-string alone, got {given}" in said
    assert said.splitlines()[1] == f"  {remedy}{BRACE}"
    assert "test_forgotten_f.py:" in said


@pytest.mark.parametrize(
    "text", ["echo ${pkgs}", "{{ pkgs.jq }}", "pkgs.jq", "awk '{pkgs++}'", "${PKGS.a}"]
)
def test_other_braces_are_taken(text: str) -> None:
    """What cannot be a name of Nix that was meant for Python stays as it is."""
    assert text == Image(name="a", command=text).command


def test_brace_of_nix_is_taken() -> None:
    """A text that is meant so can be said: it has the brace from Nix."""
    brace = nix('"{"')
    text = f"echo {brace}pkgs.jq}}"
    definition = LayeredImage(name="a", files={"/a": File(text=text)})
    assert 'text = "echo ${"{"}pkgs.jq}"' in render(lower.image(definition))

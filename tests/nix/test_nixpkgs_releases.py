"""What differs between the releases of nixpkgs is met before the library sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from debian_set import evaluate, refusal

RELEASES = Path(__file__).parent / "nixpkgs-releases.nix"

pytestmark = pytest.mark.nix


def value(path: str) -> Any:
    return evaluate(f"(import {RELEASES} {{ inherit (pkgs) lib; }}).{path}")


def test_copy_to_root_is_called_contents_before_22_11() -> None:
    """An old buildImage gets the argument under the name that it knows."""
    expected = """gzip -dc {"contents":["a"],"name":"some/image","runAsRoot":"true"} >$out"""
    assert expected == value("old.script")


def test_archive_of_an_old_release_is_decompressed() -> None:
    """Before 24.05 an archive is always compressed: what the library gives is not."""
    expected = """gzip -dc {"contents":["a"],"maxLayers":56,"name":"some/image"} >$out"""
    assert expected == value("oldLayered.script")
    assert ("image.tar", "some/image", "tag") == tuple(
        value(f"oldLayered.{name}") for name in ("name", "imageName", "imageTag")
    )


def test_newer_release_is_told_not_to_compress() -> None:
    """Since 24.05 an argument says so; who calls by hand may still ask for compression."""
    assert "none" == value("new.arguments.compressor")
    assert ["a"] == value("new.arguments.copyToRoot")
    assert "none" == value("newLayered.arguments.compressor")
    assert "zstd" == value("compressed.arguments.compressor")


def test_image_is_loaded_from_its_stream() -> None:
    """Where dockerTools can print an archive, engines load what it prints."""
    assert "of its own" == value("newLayered.loadedBy.podman")
    assert {"contents": ["a"], "maxLayers": 56, "name": "some/image"} == value(
        "oldLayered.loadedBy.docker.arguments"
    )


def test_images_have_at_most_56_layers_unless_asked_for_more() -> None:
    """Whichever package set they are built from."""
    assert 56 == value("newLayered.arguments.maxLayers")
    assert 90 == value("manyLayers.arguments.maxLayers")


def test_oldest_release_is_named() -> None:
    """A release that is too old is refused, with what to do."""
    message = refusal(f"(import {RELEASES} {{ inherit (pkgs) lib; }}).tooOld.buildImage")
    assert "nixpkgs 21.11 is too old for nixgen, which supports 22.05 and newer" in message
    assert "--arg nixpkgs PATH" in message


def test_complete_set_stays_as_it_is() -> None:
    """Completing twice adds nothing."""
    complete = Path(__file__).parents[2] / "nix/package-sets/complete.nix"
    once = f"(import {complete} pkgs)"
    twice = f"(import {complete} {once})"
    built = [
        evaluate(f'({packages}.dockerTools.buildLayeredImage {{ name = "x"; }}).{form}.drvPath')
        for form in ("loadedBy.docker", "oci")
        for packages in (once, twice)
    ]
    assert built[0::2] == built[1::2]
    assert built[0] == evaluate('(pkgs.dockerTools.buildLayeredImage { name = "x"; }).drvPath')

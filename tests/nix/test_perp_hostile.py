"""Hostile names are refused by the Nix library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hostile import NAMES
from nix_library import evaluate

# Where a name stands; `x` is the name.
PLACES = {
    "service": 'lib.buildImageWithPerps { name = "a"; services = [ (service // { name = x; }) ]; }',
    "after": """lib.buildImageWithPerps {
      name = "a";
      services = [ (service // { after = [ x ]; }) ];
    }""",
    "image": 'lib.buildImageWithPerp { name = x; command = "x"; }',
    "tag": 'lib.buildImageWithPerp { name = "a"; command = "x"; tag = x; }',
    "user": 'lib.buildImageWithPerp { name = "a"; command = "x"; user = x; }',
    "onFailure": 'lib.buildImageWithPerp { name = "a"; command = "x"; onFailure = x; }',
}


@pytest.mark.parametrize("place", PLACES)
def test_hostile_names_are_refused(place: str, tmp_path: Path) -> None:
    """No name that could be code, a path or too long gets into an image."""
    names = tmp_path / "names.json"
    names.write_text(json.dumps(NAMES))
    accepted = evaluate(
        tmp_path,
        f"""
        let
          service = {{ name = "s"; command = "x"; }};
          image = x: {PLACES[place]};
          accepts = x: (builtins.tryEval (builtins.deepSeq (image x).services true)).success;
        in builtins.filter accepts (builtins.fromJSON (builtins.readFile {names}))""",
    )
    assert [] == accepted

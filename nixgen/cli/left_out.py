"""Which images a command takes when none is named: all but those that are left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from nixgen.cli.workspace import attribute_path, selected
from nixgen.definitions import Project
from nixgen.programs import nix
from nixgen.project.lower import is_optional

_LEFT_OUT = """{ optional, ... }@arguments:
let
  function = import ./default.nix;
  project = function (builtins.intersectAttrs (builtins.functionArgs function) arguments);
  isLeftOut = name: project.dockerImages.${name}.leftOut or false;
in
builtins.filter isLeftOut (builtins.fromJSON optional)"""


def taken(
    folder: Path, project: Project, names: Sequence[str], options: Sequence[str] = ()
) -> list[str]:
    """Return the attributes of the named images, or of all that are built here when none is named.

    Optional images whose gems are not at hand are left out then, and standard error says so. Raises
    UsageError for an unknown name, and EvaluationError.
    """
    attributes = selected(project, names)
    optional = [name for name in attributes if not names and is_optional(project.images[name])]
    if not optional:
        return attributes
    given = ["--argstr", "optional", json.dumps(optional), *options]
    left_out = nix.evaluate(folder, _LEFT_OUT, given)
    for name in left_out:
        said = f"left out, as fluentd's gems are not at hand; `nixgen build {name}` says which"
        click.echo(f"{attribute_path(project, name)}: {said}", err=True)
    return [name for name in attributes if name not in left_out]

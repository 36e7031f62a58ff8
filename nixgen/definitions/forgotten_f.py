"""Refuse names of Nix in strings that lack the f before their quotes: nothing would read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from nixgen.definitions.fluentd import Fluentd
from nixgen.definitions.validation import below, problem
from nixgen.errors import Problem

_NAME: Final = re.compile(r"\$?\{(?:pkgs|docker_images)\.[A-Za-z_]")


def problem_of_forgotten_f(value: object) -> Problem | None:
    """Return what is wrong with a value in which a string, at any depth, names Nix without an f.

    Texts that are meant so are the project's files, or have a brace of Nix: `nix('"{"')`.
    """
    match value:
        case str():
            return _problem_of_text(value)
        case tuple():
            for index, item in enumerate(value):
                if found := problem_of_forgotten_f(item):
                    return replace(found, field=f"[{index}]{found.field}")
        case Mapping():
            for name, item in value.items():
                if found := problem_of_forgotten_f(item):
                    return replace(found, field=f"{below('', str(name))}{found.field}")
        case Fluentd():
            return problem_of_forgotten_f(value.parts)
    return None


def _problem_of_text(text: str) -> Problem | None:
    if "{" not in text or not (found := _NAME.search(text)):
        return None
    dollar = "leave out the $, and " if found[0].startswith("$") else ""
    return problem(
        "",
        "names of Nix in an f-string alone",
        text,
        remedy=f'{dollar}put an f before the quotes: f"{{pkgs.jq}}/bin/jq"; '
        "for a brace that is meant so write {nix('\"{\"')} in the f-string",
    )

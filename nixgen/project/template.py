"""Frames of the generated files: Jinja2 templates whose holes take expressions alone."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from nixgen.language import Expression
from nixgen.language.render import NixText, render


def fill(template: str, **holes: Expression) -> str:
    """Return the text of `<template>.j2` with the expressions rendered into its holes.

    Raises TypeError for a hole that holds anything but a rendered expression, and
    jinja2.UndefinedError for one that is left open.
    """
    return _environment().get_template(f"{template}.j2").render(**holes)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("nixgen.project"),
        undefined=StrictUndefined,
        finalize=_only_rendered,
        autoescape=False,  # noqa: S701 (Nix, not HTML; `_only_rendered` stands guard)
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["nix"] = render
    return environment


def _only_rendered(value: object) -> object:
    if isinstance(value, StrictUndefined | NixText):
        return value
    raise TypeError(f"expected rendered Nix in a template's hole, got {value!r}")

"""Evaluate jobs as Hydra's evaluator does, without Hydra.

That is: with restrict-eval and without import-from-derivation, with an empty NIX_PATH but for the
inputs, every attribute set walked, functions called with the inputs. Source: hydra-eval-jobset and
nix-eval-jobs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

from attrs import frozen

from nixgen.errors import EvaluationError
from nixgen.programs import nix

_BATCH = 400  # an argument of a program may have 128 KiB
_ERROR_LABEL = "error:"

AttributePath = tuple[str, ...]
Argument = Mapping[str, Any]
"""An input as the expression gets it: `value`, or `storePath` and what Hydra adds to it."""


@frozen
class Job:
    """A job: its attribute path, its derivation and what Hydra reads of its `meta`."""

    path: AttributePath
    derivation: str
    meta: Mapping[str, Any]
    constituents: Sequence[str]


@frozen
class Finding:
    """Something that Hydra would stumble over, at an attribute path."""

    path: AttributePath
    message: str


@frozen
class Evaluation:
    """What Hydra would find: the jobs, and what is wrong."""

    jobs: Sequence[Job]
    findings: Sequence[Finding]


def evaluate_jobs(file: str, inputs: Mapping[str, Argument]) -> Evaluation:
    """Evaluate all jobs of an expression, given as a path below an input (`src/jobsets.nix`).

    Never raises EvaluationError: what cannot be evaluated becomes a finding.
    """
    jobs: list[Job] = []
    findings: list[Finding] = []
    paths: list[AttributePath] = [()]
    while paths:
        following: list[AttributePath] = []
        for path, seen in _look_at(file, inputs, paths):
            if isinstance(seen, Finding):
                findings.append(seen)
            elif seen["kind"] == "job":
                jobs.append(Job(path, seen["drvPath"], seen["meta"], seen["constituents"]))
            elif seen["kind"] == "set":
                following += [(*path, name) for name in seen["attributes"]]
            elif seen["kind"] == "open":
                wanted = ", ".join(seen["arguments"])
                findings.append(Finding(path, f"a function with open arguments: {wanted}"))
        paths = following
    return Evaluation(jobs, findings)


def _look_at(
    file: str, inputs: Mapping[str, Argument], paths: Sequence[AttributePath]
) -> Iterable[tuple[AttributePath, Any]]:
    batches = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for batch, seen in zip(
            batches, pool.map(lambda batch: _evaluate(file, inputs, batch), batches), strict=True
        ):
            yield from zip(batch, seen, strict=True)


def _evaluate(
    file: str, inputs: Mapping[str, Argument], paths: Sequence[AttributePath]
) -> list[Any]:
    """Look at several paths in one evaluation; when it fails, at each half of them."""
    request = json.dumps({"file": file, "inputs": inputs, "paths": paths})
    search_path = [
        word
        for name, given in inputs.items()
        if "storePath" in given
        for word in ("-I", f"{name}={given['storePath']}")
    ]
    try:
        seen: list[Any] = nix.evaluate_restricted(
            files(__package__).joinpath("jobs.nix").read_text(encoding="utf-8"),
            {"request": request},
            search_path,
        )
    except EvaluationError as error:
        if len(paths) == 1:
            return [Finding(paths[0], _shorten(str(error)))]
        middle = len(paths) // 2
        return [
            *_evaluate(file, inputs, paths[:middle]),
            *_evaluate(file, inputs, paths[middle:]),
        ]
    return seen


def _shorten(message: str) -> str:
    """Return Nix's own words, without what comes before and after them."""
    said = message[message.find(_ERROR_LABEL) + len(_ERROR_LABEL) :]
    return said.partition("(use '--show-trace'")[0].strip()

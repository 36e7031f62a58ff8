"""nixgen hydra: describe the project to a Hydra server, and look at it with Hydra's eyes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from nixgen.cli.evaluation import command_roots
from nixgen.cli.hydra_inputs import jobset_arguments, source_argument
from nixgen.cli.table import table
from nixgen.cli.workspace import bring_up_to_date, write_or_show
from nixgen.definitions import Project
from nixgen.definitions.hydra import SOURCE
from nixgen.errors import NixgenError, UsageError
from nixgen.names import unmet_job_name_rule
from nixgen.programs.hydra import AttributePath, Evaluation, Finding, evaluate_jobs
from nixgen.project import emit
from nixgen.project.load import load_project
from nixgen.project.plan import plan_hydra


@click.group("hydra")
def command() -> None:
    """Describe the project to a Hydra server, and check its jobs."""


@command.command("spec")
@click.option("--check", is_flag=True, help="Write nothing; show what would change, and exit 1.")
@click.pass_obj
def spec(folder: Path, check: bool) -> None:
    """Write hydra/spec.json and hydra/jobsets.nix, which make a declarative project of Hydra.

    In Hydra, the project's declarative spec file is hydra/spec.json, its input type "Git checkout"
    and its value the repository's address. Everything else follows from the definitions.
    """
    project = load_project(folder)
    if project.hydra is None:
        raise UsageError(
            "the project does not say what Hydra does with it", "set Project(hydra=...)"
        )
    changes = emit.compare(folder, plan_hydra(project.hydra))
    if write_or_show(folder, changes, check=check):
        raise NixgenError(
            "the files for Hydra differ from the definitions; run `nixgen hydra spec`"
        )


@command.command("check")
@click.argument("jobsets", nargs=-1, metavar="[JOBSET]...")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NAME=PATH",
    help="A path on this machine that stands for an input which Hydra would fetch.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list with an object a jobset.")
@click.pass_obj
def check(folder: Path, jobsets: tuple[str, ...], inputs: tuple[str, ...], as_json: bool) -> None:
    """Evaluate jobsets.nix as Hydra does, and list the jobs and what Hydra would stumble over.

    That is with restrict-eval, without import-from-derivation, with every attribute set walked, and
    with the files that git has as src. All jobsets of the project are evaluated, or those named;
    without any the expression is, with the jobs that push. Exits 1 when something is wrong.
    """
    local = dict(_parse_input(text) for text in inputs)
    project = bring_up_to_date(folder)
    roots = command_roots(folder)
    source, below = source_argument(folder, roots)
    evaluations = {}
    for name in _selected(project, jobsets):
        jobset = project.hydra.jobsets[name] if project.hydra else None
        arguments = {SOURCE: source, **jobset_arguments(folder, project, jobset, local, roots)}
        evaluations[name] = examined(evaluate_jobs(f"{SOURCE}/{below}jobsets.nix", arguments))
    if as_json:
        click.echo(json.dumps([_to_json(*item) for item in evaluations.items()], indent=2))
    else:
        for name, evaluation in evaluations.items():
            _show(name, evaluation)
    if wrong := sum(len(evaluation.findings) for evaluation in evaluations.values()):
        raise NixgenError(f"Hydra would stumble over {wrong} of the project's attributes")


def _parse_input(text: str) -> tuple[str, Path]:
    name, separator, path = text.partition("=")
    if not separator or not Path(path).exists():
        raise UsageError(f"--input {text}: expected NAME=PATH, with a path that exists")
    return name, Path(path)


def _selected(project: Project, names: Sequence[str]) -> list[str]:
    known = sorted(project.hydra.jobsets) if project.hydra else ["jobsets.nix"]
    for name in names:
        if name not in known:
            raise UsageError(f"{name}: the project has no such jobset, but {', '.join(known)}")
    return list(names) or known


def examined(evaluation: Evaluation) -> Evaluation:
    """Add what Hydra refuses beside what does not evaluate."""
    illegal = [
        Finding(job.path, f"expected {expected}, got {name!r}")
        for job in evaluation.jobs
        for name in job.path
        if (expected := unmet_job_name_rule(name))
    ]
    if not evaluation.jobs and not evaluation.findings:
        illegal = [Finding((), "there is no job")]
    return Evaluation(evaluation.jobs, [*evaluation.findings, *illegal])


def _dotted(path: AttributePath) -> str:
    return ".".join(f'"{name}"' if "." in name else name for name in path) or "jobsets.nix"


def _show(name: str, evaluation: Evaluation) -> None:
    jobs = sorted(evaluation.jobs, key=lambda job: job.path)
    rows = [[name, _dotted(job.path), str(job.meta.get("description", ""))] for job in jobs]
    for line in table(["JOBSET", "JOB", "DESCRIPTION"], rows):
        click.echo(line)
    for finding in evaluation.findings:
        click.echo(f"{name}: {_dotted(finding.path)}: {finding.message}")


def _to_json(name: str, evaluation: Evaluation) -> dict[str, Any]:
    """Return what --json prints for a jobset; docs/hydra.md describes it."""
    return {
        "jobset": name,
        "jobs": [
            {
                "job": _dotted(job.path),
                "derivation": job.derivation,
                "meta": job.meta,
                "constituents": job.constituents,
            }
            for job in sorted(evaluation.jobs, key=lambda job: job.path)
        ],
        "findings": [
            {"attributePath": _dotted(finding.path), "message": finding.message}
            for finding in evaluation.findings
        ],
    }

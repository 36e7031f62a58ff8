"""nixgen hydra: what Hydra is told about a project, and what it would find there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nixgen.cli.hydra_inputs import source_argument
from nixgen.cli.subcommands.hydra import examined
from nixgen.package_sets.debian import copy_lock
from nixgen.programs.hydra import Evaluation, Job, evaluate_jobs
from nixgen.programs.nix_roots import held_roots
from nixgen.project.load import load_project
from nixgen.project.lower import is_optional

pytestmark = pytest.mark.nix

REPOSITORY = Path(__file__).parents[2]
DEFINITIONS = """\
from nixgen import Hydra, Image, Jobset, JobsetInput, LayeredImage, Project, pkgs

project = Project(
    images={
        "worker": Image(name="foo/worker", command="true"),
        "files": LayeredImage(name="foo/files", contents=[pkgs.bash]),
    },
    hydra=Hydra(
        repository="https://git.example.org/images.git",
        jobsets={
            "main": Jobset(
                branch="main",
                notify=["team@example.org"],
                push_to_docker_registry=True,
                registry="registry.example.org",
                inputs={"packageLock": JobsetInput(type="path", value="/srv/package-lock")},
            ),
            "next": Jobset(branch="next", state="one-at-a-time", check_interval=0),
        },
    ),
)
"""


def nixgen(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    configuration = "build-users-group =\nsubstituters =\nsandbox = true\n"
    return subprocess.run(
        [sys.executable, "-m", "nixgen", *words],
        cwd=folder,
        env={**os.environ, "NIX_CONFIG": configuration, "NO_COLOR": "1", "NIX_PATH": "x=/none"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "images.py").write_text(DEFINITIONS)
    copy_lock(REPOSITORY, folder)
    nixgen(folder, "emit").check_returncode()
    return folder


def checked(folder: Path, *words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Return the status of `nixgen hydra check`, and what it shows by jobset."""
    done = nixgen(folder, "hydra", "check", "--json", *words)
    assert done.stdout, done.stderr
    return done.returncode, {shown["jobset"]: shown for shown in json.loads(done.stdout)}


def job_names(shown: dict[str, Any]) -> list[str]:
    return [job["job"] for job in shown["jobs"]]


def findings(shown: dict[str, Any]) -> dict[str, str]:
    return {finding["attributePath"]: finding["message"] for finding in shown["findings"]}


def test_every_image_has_its_jobs(project: Path) -> None:
    """A jobset that pushes has all jobs, each with a description and a timeout."""
    status, jobsets = checked(project, "main")
    assert (status, findings(jobsets["main"])) == (0, {})
    assert job_names(jobsets["main"]) == [
        "dockerImages.files",
        "dockerImages.worker",
        "pushDockerImages.files",
        "pushDockerImages.worker",
        "report.files",
        "report.worker",
        "tested",
    ]
    for job in jobsets["main"]["jobs"]:
        assert sorted(job["meta"]) == ["description", "schedulingPriority", "timeout"]


def test_repository_evaluates_as_hydra_would() -> None:
    """Every image of the repository's own definitions has jobs that Hydra can evaluate."""
    status, jobsets = checked(REPOSITORY)
    [shown] = jobsets.values()
    assert (status, findings(shown)) == (0, {})
    listed = json.loads(nixgen(REPOSITORY, "list", "--json").stdout)
    built = {row["attribute"] for row in listed if row["kind"] != "pulled"}
    images = load_project(REPOSITORY).images
    left_out = {f"dockerImages.{name}" for name in images if is_optional(images[name])}
    assert built - left_out <= set(job_names(shown))


def test_aggregate_holds_all_but_the_pushing(project: Path) -> None:
    """`tested` waits for every job that is no push."""
    shown = checked(project, "main")[1]["main"]
    derivations = {job["job"]: job["derivation"] for job in shown["jobs"]}
    [tested] = [job for job in shown["jobs"] if job["job"] == "tested"]
    expected = {
        derivation
        for name, derivation in derivations.items()
        if name != "tested" and not name.startswith("pushDockerImages.")
    }
    assert set(tested["constituents"]) == expected


def test_broken_image_takes_no_other_along(project: Path) -> None:
    """Beside an image that does not evaluate the others have all their jobs, configurations too."""
    text = (project / "images.py").read_text()
    broken = """"broken": Image(name="foo/broken", command=f"{pkgs.missing}/bin/x"),
        "talking": Image(name="foo/t", command="x", fluentd={"source": {"type": "stdout"}}),
        "files": """
    (project / "images.py").write_text(text.replace('"files": ', broken))
    status, jobsets = checked(project, "main")
    kinds = ("dockerImages", "fluentdConf", "pushDockerImages", "report")
    images = ("files", "talking", "worker")
    good = {f"{kind}.{image}" for kind in kinds for image in images}
    assert status == 1
    assert sorted(good - {"fluentdConf.files", "fluentdConf.worker"}) == job_names(jobsets["main"])
    assert sorted([*(f"{kind}.broken" for kind in kinds), "tested"]) == sorted(
        findings(jobsets["main"])
    )
    assert "attribute 'missing' missing" in findings(jobsets["main"])["report.broken"]


def test_lock_in_git_is_enough(project: Path) -> None:
    """A jobset needs no input with the lock, and its images are the same as with one."""
    jobsets = checked(project)[1]
    derivations = [
        {job["job"]: job["derivation"] for job in jobsets[name]["jobs"]}
        for name in ("main", "next")
    ]
    for attribute in ("dockerImages.files", "dockerImages.worker"):
        assert derivations[0][attribute] == derivations[1][attribute]


def test_missing_lock_is_told(project: Path) -> None:
    """A jobset without a lock does not evaluate, and says why."""
    (project / "debian.lock.json").unlink()
    status, jobsets = checked(project, "next")
    found = findings(jobsets["next"])
    assert (status, job_names(jobsets["next"])) == (1, [])
    assert "no package lock: run `nixgen packages lock`" in found["jobsets.nix"]


def test_files_that_git_ignores_are_not_seen(project: Path) -> None:
    """The source is what git has or would take, with its commit as rev."""
    for words in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *words], cwd=project, check=True)
    (project / ".gitignore").write_text("/jobsets.nix\n/.nixgen/\n")
    subprocess.run(["git", "rm", "--quiet", "--cached", "jobsets.nix"], cwd=project, check=True)
    status, jobsets = checked(project, "main")
    assert status == 1
    assert "src/jobsets.nix' was not found" in findings(jobsets["main"])["jobsets.nix"]


def test_missing_input_is_asked_for(project: Path) -> None:
    """An input that Hydra would fetch is asked for by name."""
    text = (project / "images.py").read_text()
    text = text.replace('"packageLock": JobsetInput(type="path"', '"other": JobsetInput(type="git"')
    (project / "images.py").write_text(text)
    done = nixgen(project, "hydra", "check", "main")
    assert (done.returncode, "pass what stands for it: --input other=PATH" in done.stderr) == (
        2,
        True,
    )


HAND_WRITTEN = """\
{ src, ... }:
let
  job = name: derivation { inherit name; system = "x"; builder = "/bin/sh"; };
in
{
  good.nested.deep = job "good";
  called = { src, missing ? 1 }: job src.shortRev;
  "not.legal" = job "dotted";
  open = { wanted, also ? 2 }: job "open";
  plain = x: x;
  text = "ignored";
  nothing = null;
  throws = throw "this job throws";
  aborts = abort "this job aborts";
  misses = { }.attribute;
  reads = job (builtins.readFile /etc/hostname);
  environment = job "env${builtins.getEnv "HOME"}";
  searchPath = job "path${toString (builtins.length builtins.nixPath)}";
  builtBefore = import (derivation {
    name = "generated.nix";
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" "echo 1 > $out" ];
  });
}
"""


@pytest.fixture(scope="module")
def hand_written(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    folder = tmp_path_factory.mktemp("hand-written")
    (folder / "jobsets.nix").write_text(HAND_WRITTEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NIX_CONFIG", "build-users-group =\nsubstituters =\n")
        patch.setenv("NIX_PATH", "elsewhere=/none")
        with held_roots(folder) as roots:
            source, below = source_argument(folder, roots)
            assert below == ""
            return evaluate_jobs("src/jobsets.nix", {"src": source})


def test_jobs_are_found_wherever_they_are(hand_written: Evaluation) -> None:
    """Sets are walked without being told to, functions called with the inputs, the rest ignored."""
    assert sorted(".".join(job.path) for job in hand_written.jobs) == [
        "called",
        "environment",
        "good.nested.deep",
        "not.legal",
        "searchPath",
    ]


def test_restrictions_are_those_of_hydra(hand_written: Evaluation) -> None:
    """The environment is empty, and the search path holds the inputs alone."""
    names = {job.path: job.derivation.partition("-")[2] for job in hand_written.jobs}
    assert names[("environment",)] == "env.drv"
    assert names[("searchPath",)] == "path1.drv"
    assert names[("called",)] == "0000000.drv"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("throws", "this job throws"),
        ("aborts", "this job aborts"),
        ("misses", "attribute 'attribute' missing"),
        ("reads", "is forbidden in restricted mode"),
        ("builtBefore", "allow-import-from-derivation"),
        ("open", "a function with open arguments: wanted"),
    ],
)
def test_each_error_is_found_at_its_path(hand_written: Evaluation, path: str, message: str) -> None:
    """What does not evaluate is told by attribute path, beside the jobs that do."""
    found = {".".join(finding.path): finding.message for finding in hand_written.findings}
    assert sorted(found) == ["aborts", "builtBefore", "misses", "open", "reads", "throws"]
    assert message in found[path]


def test_illegal_job_name_is_told() -> None:
    """A name that Hydra's pages cannot show is a finding."""
    jobs = [Job(("dockerImages", "a.b"), "x.drv", {}, [])]
    [finding] = examined(Evaluation(jobs, [])).findings
    assert (finding.path, "got 'a.b'" in finding.message) == (("dockerImages", "a.b"), True)


def test_no_job_at_all_is_told() -> None:
    """An expression without jobs is a finding."""
    assert [finding.message for finding in examined(Evaluation([], [])).findings] == [
        "there is no job"
    ]


def test_spec_files_are_as_hydra_wants_them(
    project: Path, golden: Callable[[str, str], None]
) -> None:
    """`nixgen hydra spec` writes the spec file and the expression that makes the jobsets."""
    nixgen(project, "hydra", "spec").check_returncode()
    for name in ("spec.json", "jobsets.nix"):
        golden(f"hydra/{name}", (project / "hydra" / name).read_text())
    assert nixgen(project, "hydra", "spec", "--check").returncode == 0
    jobsets = project / "hydra/jobsets.nix"
    jobsets.write_text(jobsets.read_text().replace("team@", "all@"))
    checked = nixgen(project, "hydra", "spec", "--check")
    assert (checked.returncode, "+" in checked.stdout) == (1, True)


def test_jobsets_job_makes_the_jobsets(project: Path) -> None:
    """The one job of the expression, built under Hydra's restrictions, holds all jobsets."""
    nixgen(project, "hydra", "spec").check_returncode()
    command = ["nix-build", "--no-out-link", "hydra/jobsets.nix", "-A", "jobsets"]
    restrictions = ["--option", "restrict-eval", "true", "-I", f"src={project}"]
    built = subprocess.run(
        [*command, *restrictions],
        cwd=project,
        env={**os.environ, "NIX_CONFIG": "build-users-group =\nsandbox = true\n"},
        capture_output=True,
        text=True,
        check=True,
    )
    jobsets = json.loads(Path(built.stdout.strip()).read_text())
    assert sorted(jobsets) == ["main", "next"]
    assert jobsets["main"]["inputs"]["pushToDockerRegistry"]["value"] == "true"
    assert (jobsets["next"]["enabled"], jobsets["next"]["checkinterval"]) == (3, 0)


def test_spec_file_of_somebody_else_is_kept(project: Path) -> None:
    """A spec file that nixgen did not write is not overwritten."""
    (project / "hydra").mkdir()
    (project / "hydra/spec.json").write_text('{"description": "mine"}')
    done = nixgen(project, "hydra", "spec")
    assert (done.returncode, "does not overwrite" in done.stderr) == (2, True)
    assert (project / "hydra/spec.json").read_text() == '{"description": "mine"}'


def test_project_without_hydra_says_what_is_missing(project: Path) -> None:
    """Without a description of the jobsets there is nothing to write."""
    (project / "images.py").write_text("from nixgen import Project\nproject = Project(images={})\n")
    done = nixgen(project, "hydra", "spec")
    assert (done.returncode, "set Project(hydra=...)" in done.stderr) == (2, True)

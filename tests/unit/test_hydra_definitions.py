"""What Hydra would refuse is refused when the definition is made."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nixgen import Hydra, Jobset, JobsetInput, Project
from nixgen.errors import DefinitionError
from nixgen.project.hydra_spec import jobsets, spec_text

REPOSITORY = "https://git.example.org/images.git"


def _wrong(value: Any) -> Any:
    """Hide a value's type from mypy, which would refuse it before nixgen does."""
    return value


def flag(name: str) -> Callable[[], Any]:
    return lambda: Jobset(inputs={name: JobsetInput(type="boolean", value=True)})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Jobset(state="on"), 'state: expected "disabled" or "enabled" or'),  # type: ignore[arg-type]
        (lambda: Jobset(check_interval=-1), "check_interval: expected a whole number from 0"),
        (lambda: Jobset(check_interval=2**31), "check_interval: expected a whole number from 0"),
        (lambda: Jobset(scheduling_shares=0), "scheduling_shares: expected a whole number from 1"),
        (lambda: Jobset(keep=True), "keep: expected a whole number from 0"),
        (lambda: Jobset(hidden=_wrong(1)), "hidden: expected True or False"),
        (lambda: Jobset(branch="a b"), "branch: expected a string without blanks"),
        (lambda: Jobset(description="a\nb"), "description: expected a string of one line"),
        (lambda: Jobset(notify=["team"]), "notify[0]: expected a mail address"),
        (lambda: Jobset(registry="https://a,b"), "registry: expected a registry"),
        (lambda: Jobset(insecure_registry="a/b"), "insecure_registry: expected a registry's"),
        (flag("1st"), "inputs['1st']: expected a letter, then"),
        (flag("src"), "repository and branch make this input"),
        (flag("registry"), "set registry on the jobset"),
        (lambda: Jobset(inputs={"a": "b"}), "inputs['a']: expected a JobsetInput"),  # type: ignore[dict-item]
        (lambda: JobsetInput(type="gitt", value="a"), 'type: expected "bitbucketpulls" or'),  # type: ignore[arg-type]
        (lambda: JobsetInput(type="boolean", value="yes"), "value: expected True or False"),
        (lambda: JobsetInput(type="git", value=""), "value: expected a string that is not empty"),
        (lambda: JobsetInput(type="string", value=True), None),
        (lambda: JobsetInput(type="eval", value="a b"), "value: expected an evaluation"),
        (lambda: Hydra(repository=REPOSITORY, jobsets={}), "jobsets: expected a dict of Jobset"),
        (
            lambda: Hydra(repository=REPOSITORY, jobsets={".jobsets": Jobset()}),
            "jobsets['.jobsets']: expected a jobset name of Hydra",
        ),
        (
            lambda: Hydra(repository="a b", jobsets={"a": Jobset()}),
            "repository: expected the address of a git repository",
        ),
        (
            lambda: Hydra(repository=REPOSITORY, jobsets={"a": Jobset()}, folder="../a"),
            "folder: expected a folder below the repository's own",
        ),
        (lambda: Project(images={}, hydra=_wrong("yes")), "hydra: expected a Hydra(...)"),
    ],
)
def test_what_hydra_refuses_is_refused(make: Callable[[], Any], message: str | None) -> None:
    """The message names the field, what is expected and the definition's line."""
    if message is None:
        assert make().value == "true"
        return
    with pytest.raises(DefinitionError) as raised:
        make()
    assert message in str(raised.value)
    assert f"{__file__}:" in str(raised.value)


def test_every_jobset_has_all_that_hydra_requires() -> None:
    """All keys that the database requires are written, and none that Hydra does not know."""
    hydra = Hydra(repository=REPOSITORY, jobsets={"main": Jobset()})
    assert sorted(jobsets(hydra)["main"]) == [
        "checkinterval",
        "description",
        "emailoverride",
        "enabled",
        "enableemail",
        "hidden",
        "inputs",
        "keepnr",
        "nixexprinput",
        "nixexprpath",
        "schedulingshares",
    ]


def test_files_below_a_folder_are_named_from_the_top() -> None:
    """A project in a folder of the repository has its expressions there."""
    hydra = Hydra(repository=REPOSITORY, jobsets={"main": Jobset()}, folder="images")
    assert jobsets(hydra)["main"]["nixexprpath"] == "images/jobsets.nix"
    assert '"nixexprpath": "images/hydra/jobsets.nix"' in spec_text(hydra)


def test_example_of_the_documentation_is_right() -> None:
    """The definition that docs/hydra.md shows can be made."""
    text = (Path(__file__).parents[2] / "docs/hydra.md").read_text()
    start = text.index("    from nixgen import Hydra")
    example = textwrap.dedent(text[start : text.index("\n`nixgen hydra spec`", start)])
    made: dict[str, Any] = {}
    exec(example.replace("images={...}", "images={}"), made)  # noqa: S102 (our own documentation)
    assert sorted(made["project"].hydra.jobsets) == ["main", "next"]

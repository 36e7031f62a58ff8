"""What a Hydra server does with a project: its jobsets, their inputs, and whom they notify.

Source of the rules: AddBuilds.pm, Jobset.pm, CatalystUtils.pm, GitInput.pm and hydra.sql in Hydra.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import Attribute, field, frozen

from nixgen import names
from nixgen.definitions.arguments import (
    FROZEN,
    argument,
    arguments_of,
    by_table,
    check_arguments,
    rules_of,
)
from nixgen.definitions.kinds import InputType, ListOf, State
from nixgen.definitions.validation import location_field, refuse
from nixgen.errors import Location

SOURCE = "src"
"""The input that has the project's files, which every jobset has."""

STATES = tuple(rules_of("jobset")["state"]["enum"])
"""What Hydra does with a jobset, in the order of the numbers it uses for them."""

_INPUT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_JOB = r"[A-Za-z_][A-Za-z0-9_-]*"
_EVALUATION = re.compile(rf"[0-9]+|{_JOB}:[A-Za-z_][A-Za-z0-9_.-]*(?::{_JOB}(?:\.{_JOB})*)?")


def _unmet_by_line(value: object) -> str | None:
    if value == "":
        return "a string that is not empty"
    right = isinstance(value, str) and value.isprintable()
    return None if right else "a string of one line"


def _value(definition: Any, attribute: Attribute[Any], value: object) -> None:
    expected = None
    match definition.type:
        case "boolean":
            expected = None if value in ("true", "false") else "True or False"
        case "eval":
            right = isinstance(value, str) and _EVALUATION.fullmatch(value)
            expected = None if right else "an evaluation: its number, or PROJECT:JOBSET[:JOB]"
        case "string":
            expected = None if isinstance(value, str) else "a string"
        case _:
            expected = _unmet_by_line(value)
    if expected:
        raise refuse(definition, attribute.name, expected, value)


def _boolean_word(value: object) -> object:
    """Return Hydra's word for a boolean: it takes no JSON boolean."""
    return str(value).lower() if isinstance(value, bool) else value


@frozen(kw_only=True, field_transformer=by_table("jobsetInput"))
class JobsetInput:
    """Something that Hydra fetches or passes to the jobs' expression as an argument.

    `type` is one of Hydra's, such as "git" (`value`: an address, perhaps a blank and a branch),
    "path", "string" or "boolean". With `email_responsible` Hydra notifies those who committed to it
    of builds that break.

    Raises DefinitionError when a value is wrong.
    """

    type: InputType = field()
    """One of Hydra's types of inputs."""
    value: str | bool = field(converter=_boolean_word, validator=_value)
    """The value, such as an address, perhaps with a blank and a branch behind it."""
    email_responsible: bool = argument()
    """Whether those who committed to it are told of builds that break."""
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: an input belongs to no image."""
        return {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("jobsetInput"))


def _inputs(definition: Any, attribute: Attribute[Any], inputs: object) -> None:
    if not isinstance(inputs, Mapping):
        raise refuse(definition, attribute.name, "a dict of JobsetInput(...)", inputs)
    for name, jobset_input in inputs.items():
        path = f"{attribute.name}[{name!r}]"
        if not isinstance(name, str) or not _INPUT_NAME.fullmatch(name):
            expected = "a letter, then letters, digits, underscores and dashes"
            raise refuse(definition, path, expected, name)
        if name in ARGUMENT_INPUTS:
            raise refuse(definition, path, "another name", name, remedy=ARGUMENT_INPUTS[name])
        if not isinstance(jobset_input, JobsetInput):
            raise refuse(definition, path, "a JobsetInput", jobset_input)


ARGUMENT_INPUTS = {
    SOURCE: "repository and branch make this input",
    "pushToDockerRegistry": "set push_to_docker_registry on the jobset",
    "registry": "set registry on the jobset",
    "insecureRegistry": "set insecure_registry on the jobset",
    "annotateRevision": "set annotate_revision on the jobset",
}
"""The inputs that fields of a Jobset make, with the remedy where one is given beside."""


@frozen(kw_only=True, field_transformer=by_table("jobset"))
class Jobset:
    """A jobset of Hydra: one branch of the repository, evaluated again and again.

    `branch` is the repository's default branch when empty. `check_interval` is the number of
    seconds between two looks at the repository, 0 for none; `keep` how many evaluations' results
    survive garbage collection; `scheduling_shares` weighs the jobset against others; `notify` holds
    mail addresses. With `push_to_docker_registry` every image is pushed to `registry`, or to
    REGISTRY_URL in the environment of the building machine; `insecure_registry` is the host that
    may do without verified TLS. Either may be several, with a blank between them. With
    `annotate_revision` the pushed manifest names the commit.

    Raises DefinitionError when a value is wrong.
    """

    branch: str = argument()
    """The branch; the repository's default branch when empty."""
    description: str = argument()
    """What Hydra's pages say of the jobset."""
    state: State = argument()
    """What Hydra does with the jobset."""
    hidden: bool = argument()
    """Whether Hydra's pages leave it out."""
    check_interval: int = argument()
    """Seconds between two looks at the repository, 0 for none."""
    scheduling_shares: int = argument()
    """The jobset's weight against others."""
    keep: int = argument()
    """How many evaluations' results survive garbage collection."""
    notify: ListOf[str] = argument()
    """Mail addresses that are told of builds that break."""
    push_to_docker_registry: bool = argument()
    """Whether every image is pushed."""
    registry: str = argument()
    """Where images are pushed; REGISTRY_URL of the building machine when empty."""
    insecure_registry: str = argument()
    """The host that may do without verified TLS, or several with a blank between them."""
    annotate_revision: bool = argument()
    """Whether the pushed manifest names the commit."""
    inputs: Mapping[str, JobsetInput] = field(factory=dict, metadata=FROZEN, validator=_inputs)
    """Inputs besides the project's files."""
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: a jobset belongs to no image."""
        return {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("jobset"))


def _jobsets(definition: Any, attribute: Attribute[Any], jobsets: object) -> None:
    if not isinstance(jobsets, Mapping) or not jobsets:
        raise refuse(definition, attribute.name, "a dict of Jobset(...), at least one", jobsets)
    for name, jobset in jobsets.items():
        path = f"{attribute.name}[{name!r}]"
        unmet = names.unmet_jobset_name_rule(name) if isinstance(name, str) else "a string"
        if unmet:
            raise refuse(definition, path, unmet, name)
        if not isinstance(jobset, Jobset):
            raise refuse(definition, path, "a Jobset", jobset)


@frozen(kw_only=True, field_transformer=by_table("hydra"))
class Hydra:
    """The project on a Hydra server: the git repository that it is in, and its jobsets by name.

    `folder` is the project's folder within the repository; `inputs` are given to all jobsets;
    `check_interval` is the number of seconds between two looks for changed jobsets.

    Raises DefinitionError when a value is wrong.
    """

    repository: str = field()
    """The address of the git repository that the project is in."""
    jobsets: Mapping[str, Jobset] = field(metadata=FROZEN, validator=_jobsets)
    """The jobsets by name."""
    folder: str = argument()
    """The project's folder within the repository."""
    branch: str = argument()
    """The branch with the jobsets' definitions; the repository's default branch when empty."""
    inputs: Mapping[str, JobsetInput] = field(factory=dict, metadata=FROZEN, validator=_inputs)
    """Inputs that all jobsets are given."""
    check_interval: int = argument()
    """Seconds between two looks for changed jobsets."""
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: jobsets belong to no image."""
        return {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("hydra"))

"""What a Hydra server does with a project: its jobsets, their inputs, and whom they notify.

Source of the rules: AddBuilds.pm, Jobset.pm, CatalystUtils.pm, GitInput.pm and hydra.sql in Hydra.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import Attribute, field, frozen

from nixgen import names
from nixgen.definitions.validation import (
    boolean,
    check,
    each,
    frozen_value,
    location_field,
    matching,
    one_of,
    refuse,
    whole_number,
)
from nixgen.errors import Location

SOURCE = "src"
"""The input that has the project's files, which every jobset has."""

INPUT_TYPES = (
    "bitbucketpulls",
    "boolean",
    "build",
    "bzr",
    "bzr-checkout",
    "darcs",
    "eval",
    "git",
    "github_refs",
    "githubpulls",
    "gitlabpulls",
    "hg",
    "nix",
    "path",
    "string",
    "svn",
    "svn-checkout",
    "sysbuild",
)
STATES = ("disabled", "enabled", "one-shot", "one-at-a-time")
"""What Hydra does with a jobset, in the order of the numbers it uses for them."""

_INPUT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_JOB = r"[A-Za-z_][A-Za-z0-9_-]*"
_EVALUATION = re.compile(rf"[0-9]+|{_JOB}:[A-Za-z_][A-Za-z0-9_.-]*(?::{_JOB}(?:\.{_JOB})*)?")
_PATH_PART = r"[A-Za-z0-9+._$-][A-Za-z0-9+._$:-]*"
_PATH = re.compile(rf"{_PATH_PART}(?:/{_PATH_PART})*")
_MAIL_ADDRESS = re.compile(r"[^\s,@<>]+@[^\s,@<>]+")


def _line(value: object) -> str | None:
    right = isinstance(value, str) and value.isprintable()
    return None if right else "a string of one line"


def _word(value: object) -> str | None:
    right = isinstance(value, str) and value.isprintable() and not re.search(r"\s", value)
    return None if right else "a string without blanks"


def _address(value: object) -> str | None:
    right = value != "" and _word(value) is None
    return None if right else "the address of a git repository, without blanks"


def _mail_address(value: object) -> str | None:
    right = isinstance(value, str) and _MAIL_ADDRESS.fullmatch(value)
    return None if right else "a mail address such as team@example.org"


def _folder(value: object) -> str | None:
    right = isinstance(value, str) and (value == "" or _PATH.fullmatch(value))
    if right and ".." not in str(value).split("/"):
        return None
    return "a folder below the repository's own, such as images/production"


def _registry(value: object) -> str | None:
    addresses = value.split(" ") if isinstance(value, str) else ["/"]
    hosts = [address.removeprefix("https://").partition("/")[0] for address in addresses]
    if value == "" or not any(map(names.unmet_registry_rule, hosts)):
        return None
    return "a registry, [https://]HOST[:PORT][/PATH], or several with a blank between them"


def _hosts(value: object) -> str | None:
    if value == "":
        return None
    hosts = value.split(" ") if isinstance(value, str) else [value]
    return next(filter(None, map(matching(names.unmet_registry_rule), hosts)), None)


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
            expected = _line(value) if value != "" else "a string that is not empty"
    if expected:
        raise refuse(definition, attribute.name, expected, value)


def _boolean_word(value: object) -> object:
    """Return Hydra's word for a boolean: it takes no JSON boolean."""
    return str(value).lower() if isinstance(value, bool) else value


@frozen(kw_only=True)
class JobsetInput:
    """Something that Hydra fetches or passes to the jobs' expression as an argument.

    `type` is one of Hydra's, such as "git" (`value`: an address, perhaps a blank and a branch),
    "path", "string" or "boolean". With `email_responsible` Hydra notifies those who committed to it
    of builds that break.

    Raises DefinitionError when a value is wrong.
    """

    type: str = field(validator=check(one_of(*INPUT_TYPES)))
    value: str | bool = field(converter=_boolean_word, validator=_value)
    email_responsible: bool = field(default=False, validator=check(boolean))
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: an input belongs to no image."""
        return {}


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


@frozen(kw_only=True)
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

    branch: str = field(default="", validator=check(_word))
    description: str = field(default="", validator=check(_line))
    state: str = field(default="enabled", validator=check(one_of(*STATES)))
    hidden: bool = field(default=False, validator=check(boolean))
    check_interval: int = field(default=300, validator=check(whole_number(0)))
    scheduling_shares: int = field(default=100, validator=check(whole_number(1)))
    keep: int = field(default=3, validator=check(whole_number(0)))
    notify: Sequence[str] = field(default=(), converter=frozen_value, validator=each(_mail_address))
    push_to_docker_registry: bool = field(default=False, validator=check(boolean))
    registry: str = field(default="", validator=check(_registry))
    insecure_registry: str = field(default="", validator=check(_hosts))
    annotate_revision: bool = field(default=False, validator=check(boolean))
    inputs: Mapping[str, JobsetInput] = field(
        factory=dict, converter=frozen_value, validator=_inputs
    )
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: a jobset belongs to no image."""
        return {}


def _jobsets(definition: Any, attribute: Attribute[Any], jobsets: object) -> None:
    if not isinstance(jobsets, Mapping) or not jobsets:
        raise refuse(definition, attribute.name, "a dict of Jobset(...), at least one", jobsets)
    for name, jobset in jobsets.items():
        path = f"{attribute.name}[{name!r}]"
        rule = matching(names.unmet_jobset_name_rule)
        if expected := rule(name):
            raise refuse(definition, path, expected, name)
        if not isinstance(jobset, Jobset):
            raise refuse(definition, path, "a Jobset", jobset)


@frozen(kw_only=True)
class Hydra:
    """The project on a Hydra server: the git repository that it is in, and its jobsets by name.

    `folder` is the project's folder within the repository; `inputs` are given to all jobsets;
    `check_interval` is the number of seconds between two looks for changed jobsets.

    Raises DefinitionError when a value is wrong.
    """

    repository: str = field(validator=check(_address))
    jobsets: Mapping[str, Jobset] = field(converter=frozen_value, validator=_jobsets)
    folder: str = field(default="", validator=check(_folder))
    branch: str = field(default="", validator=check(_word))
    inputs: Mapping[str, JobsetInput] = field(
        factory=dict, converter=frozen_value, validator=_inputs
    )
    check_interval: int = field(default=300, validator=check(whole_number(0)))
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: jobsets belong to no image."""
        return {}

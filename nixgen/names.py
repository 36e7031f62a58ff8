"""The rules for names that leave nixgen: to registries, the Nix store and Hydra.

Each `unmet_..._rule` returns what was expected, as a phrase that completes the sentence
"expected ...", when a name breaks its rule, and None when the name is fine. The rules and their
sources stand in nix/rules/rules.json.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any

from nixgen.rules import pattern, table, worded

OUTPUT_SHA_LENGTH = 32
"""The characters of the hash part of a store path."""


def unmet_name_rule(kind: str, name: str) -> str | None:
    """Check a name by the rule of that kind in the table's `names`."""
    for keeps, expected in _tests(kind):
        if not keeps(name):
            return worded(expected, length=len(name))
    return None


@cache
def _tests(kind: str) -> tuple[tuple[Callable[[str], object], str], ...]:
    """Return what a name of that kind must pass, with what is expected where it does not."""
    return tuple(_tests_of(table()["names"][kind]))


def _tests_of(rule: Mapping[str, Any]) -> Iterator[tuple[Callable[[str], object], str]]:
    match rule:
        case {"named": kind}:
            yield from _tests(kind)
        case {"all": rules}:
            for each in rules:
                yield from _tests_of(each)
        case {"longest": longest}:
            yield lambda name: len(name) <= longest, rule["expected"]
        case {"pattern": text}:
            yield pattern(text).fullmatch, rule["expected"]


unmet_debian_package_rule = partial(unmet_name_rule, "debianPackage")
unmet_digest_rule = partial(unmet_name_rule, "digest")
unmet_image_attribute_rule = partial(unmet_name_rule, "imageAttribute")
unmet_image_name_rule = partial(unmet_name_rule, "imageName")
unmet_image_tag_rule = partial(unmet_name_rule, "imageTag")
unmet_job_name_rule = partial(unmet_name_rule, "jobName")
unmet_jobset_name_rule = partial(unmet_name_rule, "jobsetName")
unmet_registry_rule = partial(unmet_name_rule, "registry")
unmet_repository_rule = partial(unmet_name_rule, "repository")
unmet_service_name_rule = partial(unmet_name_rule, "serviceName")
unmet_store_name_rule = partial(unmet_name_rule, "storeName")
unmet_suite_rule = partial(unmet_name_rule, "debianSuite")


def commit_image_tag(commit_id: str, output_sha: str, image_name: str) -> str:
    """Return the tag from which a commit is found again: `<commitId>-<outputSha>-<imageName>`.

    Slashes of the image's name become dashes, since a tag has none.
    """
    return f"{commit_id}-{output_sha}-{image_name.replace('/', '-')}"


def is_uid_of_user(user: object, uid: object) -> bool:
    """Tell whether a user of that name can have that number: neither root's nor nobody's."""
    smallest, largest = table()["debianPackageSet"]["uids"]["map"]["values"]["range"]
    is_name = isinstance(user, str) and unmet_name_rule("debianUser", user) is None
    return is_name and type(uid) is int and smallest <= uid <= largest

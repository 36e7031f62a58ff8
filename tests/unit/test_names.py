"""The rules for names of images, tags, store paths and Hydra's jobs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nixgen import names

Rule = Callable[[str], str | None]


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (names.unmet_image_name_rule, "locksmith/worker"),
        (names.unmet_image_name_rule, "a"),
        (names.unmet_image_name_rule, "a.b_c__d--e/0"),
        (names.unmet_image_name_rule, "x" * 54),
        (names.unmet_repository_rule, "registry.example.org:5000/library/busybox"),
        (names.unmet_repository_rule, "[::1]:5000/busybox"),
        (names.unmet_repository_rule, "busybox"),
        (names.unmet_registry_rule, "localhost:5000"),
        (names.unmet_registry_rule, "[::1]:5000"),
        (names.unmet_image_tag_rule, "_latest.1-2"),
        (names.unmet_image_tag_rule, "x" * 128),
        (names.unmet_digest_rule, "sha256:" + "0f" * 32),
        (names.unmet_store_name_rule, "docker-image-a+b?c=d.tar"),
        (names.unmet_job_name_rule, "gremlinServer-2_x"),
        (names.unmet_jobset_name_rule, "release-1.2"),
    ],
)
def test_good_name_is_accepted(rule: Rule, name: str) -> None:
    """A name that its consumer takes meets the rule."""
    assert rule(name) is None


@pytest.mark.parametrize(
    ("rule", "name", "expected"),
    [
        (names.unmet_image_name_rule, "", "repository name"),
        (names.unmet_image_name_rule, "Upper/case", "lower-case"),
        (names.unmet_image_name_rule, "a//b", "slashes"),
        (names.unmet_image_name_rule, "/a", "slashes"),
        (names.unmet_image_name_rule, "a___b", "underscores"),
        (names.unmet_image_name_rule, "a\n", "repository name"),
        (names.unmet_image_name_rule, "x" * 55, "at most 54 characters"),
        (names.unmet_repository_rule, "host:port/x", "[HOST[:PORT]/]NAME"),
        (names.unmet_repository_rule, "x" * 256, "at most 255 characters"),
        (names.unmet_registry_rule, "https://example.org", "HOST:PORT"),
        (names.unmet_registry_rule, "user@example.org", "HOST:PORT"),
        (names.unmet_image_tag_rule, "", "1 to 128"),
        (names.unmet_image_tag_rule, ".hidden", "does not begin with"),
        (names.unmet_image_tag_rule, "x" * 129, "1 to 128"),
        (names.unmet_digest_rule, "sha256:abc", "64 hexadecimal digits"),
        (names.unmet_store_name_rule, "a/b", "letters, digits"),
        (names.unmet_store_name_rule, ".x", "dot"),
        (names.unmet_store_name_rule, "x" * 212, "at most 211"),
        (names.unmet_job_name_rule, "a.b", "job name"),
        (names.unmet_job_name_rule, "1a", "job name"),
        (names.unmet_jobset_name_rule, ".jobsets", "jobset name"),
    ],
)
def test_bad_name_is_met_with_the_rule(rule: Rule, name: str, expected: str) -> None:
    """A name that its consumer refuses is answered with what was expected."""
    assert expected in (rule(name) or "")


def test_longest_image_name_fills_the_tag() -> None:
    """The tag of the longest image name has exactly the characters that a tag may have."""
    tag = names.commit_image_tag("c" * 40, "s" * 32, "a/" + "x" * 52)
    assert len(tag) == 128
    assert names.unmet_image_tag_rule(tag) is None

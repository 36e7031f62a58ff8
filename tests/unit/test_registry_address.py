"""Addresses of registries and the tags of images."""

from __future__ import annotations

import pytest

from nixgen.errors import UsageError
from nixgen.registry import Registry, image_tags, parse_registry


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("registry.example.org", Registry("registry.example.org")),
        ("https://registry.example.org:5000/", Registry("registry.example.org:5000")),
        ("registry.example.org/team/images", Registry("registry.example.org", "team/images")),
        ("[::1]:5000/x", Registry("[::1]:5000", "x")),
    ],
)
def test_address_is_read(address: str, expected: Registry) -> None:
    """Host, port and path are told apart, with or without the scheme."""
    assert parse_registry(address) == expected


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://registry.example.org", "leave the scheme out; --insecure-registry HOST"),
        ("user@registry.example.org", "expected a registry's address"),
        ("registry.example.org/Team", "expected a repository name"),
        ("", "expected a registry's address"),
    ],
)
def test_wrong_address_is_refused(address: str, message: str) -> None:
    """What is no address is refused with the form of one."""
    with pytest.raises(UsageError, match=message):
        parse_registry(address)


@pytest.mark.parametrize(
    ("registry", "name", "expected"),
    [
        (Registry("registry.example.org", "team"), "foo/bar", "team/foo/bar"),
        (Registry("registry.example.org"), "foo", "foo"),
        (Registry("docker.io"), "busybox", "library/busybox"),
        (Registry("docker.io"), "foo/bar", "foo/bar"),
    ],
)
def test_repository_lies_below_the_path(registry: Registry, name: str, expected: str) -> None:
    """The registry's path comes first; Docker Hub keeps names without an owner in `library`."""
    assert registry.repository(name) == expected


def test_docker_hub_is_asked_where_it_answers() -> None:
    """Docker Hub's protocol is spoken by another host than its name says."""
    assert Registry("docker.io").api_host == "registry-1.docker.io"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:5000", True),
        ("127.0.0.2", True),
        ("[::1]", True),
        ("[::1]:5000", True),
        ("registry.example.org", False),
        ("10.0.0.1:5000", False),
    ],
)
def test_loopback_is_recognised(host: str, expected: bool) -> None:
    """A registry on this machine is not asked through a proxy."""
    assert Registry(host).is_loopback == expected


def test_tags_are_as_designed() -> None:
    """An image has the commit's tag, with dashes for slashes, and the one of its output."""
    assert image_tags("c" * 40, "s" * 32, "locksmith/worker") == (
        f"{'c' * 40}-{'s' * 32}-locksmith-worker",
        "s" * 32,
    )


@pytest.mark.parametrize("commit_id", ["sha256:0", "", "c" * 90, "-c"])
def test_commit_that_no_tag_can_hold_is_refused(commit_id: str) -> None:
    """A commit id that makes no legal tag is refused with the tag."""
    with pytest.raises(UsageError, match="expected a tag of 1 to 128"):
        image_tags(commit_id or ".", "s" * 32, "locksmith/worker")

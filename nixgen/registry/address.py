"""Addresses of registries, and the repositories and tags that images have there."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from nixgen import names
from nixgen.errors import UsageError
from nixgen.registry.hosts import host_name, is_loopback, same_host
from nixgen.registry.remedies import COMMAND_LINE, Remedies

_DOCKER_HUB = "docker.io"
_DOCKER_HUB_API = "registry-1.docker.io"


@dataclass(frozen=True)
class Registry:
    """Where images go: `host` (with its port, if any) and a path before every repository's name.

    `remedies` are the words for what its user can do.
    """

    host: str
    path: str = ""
    remedies: Remedies = field(default=COMMAND_LINE, compare=False, repr=False)

    def __str__(self) -> str:
        return "/".join(part for part in (self.host, self.path) if part)

    @property
    def api_host(self) -> str:
        """The host that speaks the registry protocol; Docker Hub's is not its name."""
        return _DOCKER_HUB_API if self._is_docker_hub else self.host

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine, which no proxy can reach."""
        return is_loopback(host_name(urlsplit(f"//{self.host}")))

    @property
    def insecure(self) -> str:
        """What does without verified TLS for this registry."""
        return self.remedies.insecure.format(host=self.host)

    @property
    def _is_docker_hub(self) -> bool:
        return same_host(self.host, _DOCKER_HUB)

    def repository(self, image_name: str) -> str:
        """Return the repository's name within the registry."""
        name = f"{self.path}/{image_name}" if self.path else image_name
        official = self._is_docker_hub and "/" not in name
        return f"library/{name}" if official else name


def parse_registry(address: str, remedies: Remedies = COMMAND_LINE) -> Registry:
    """Read `[https://]HOST[:PORT][/PATH]`.

    Raises UsageError for anything else.
    """
    scheme, separator, rest = address.rpartition("://")
    if separator and scheme.lower() != "https":
        raise UsageError(
            f"registry {address!r}: expected https://, got {scheme}://",
            f"leave the scheme out; {remedies.insecure.format(host='HOST')} "
            "reaches the host without TLS",
        )
    host, _, path = rest.rstrip("/").partition("/")
    if expected := names.unmet_registry_rule(host):
        raise UsageError(f"registry {address!r}: expected {expected}, got {host!r}")
    if path and (expected := names.unmet_repository_rule(path)):
        raise UsageError(f"registry {address!r}: expected {expected}, got {path!r}")
    return Registry(host, path, remedies)


def image_tags(commit_id: str, output_sha: str, image_name: str) -> tuple[str, str]:
    """Return the tags of an image: the commit's, then the one that is the same for every commit.

    Raises UsageError when the commit id cannot be part of a tag.
    """
    tags = (names.commit_image_tag(commit_id, output_sha, image_name), output_sha)
    for tag in tags:
        if expected := names.unmet_image_tag_rule(tag):
            raise UsageError(f"image {image_name}: expected {expected}, got {tag!r}")
    return tags

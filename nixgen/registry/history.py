"""Find the commits behind an image: the tags of a repository that name one digest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from nixgen.names import OUTPUT_SHA_LENGTH
from nixgen.registry.client import Client

_JOBS = 8
_COMMIT_TAG = re.compile(
    rf"(?P<commit_id>.+)-(?P<output_sha>[0-9a-z]{{{OUTPUT_SHA_LENGTH}}})-(?P<image_name>.+)"
)


@dataclass(frozen=True)
class TaggedImage:
    """An image as the registry knows it: its digest, and the commits whose tags name it."""

    repository: str
    digest: str
    commit_ids: Sequence[str]


def find_commits(
    client: Client, repository: str, image_name: str, reference: str
) -> TaggedImage | None:
    """Return the image that a tag such as an outputSha names, or None when there is none.

    A commit belongs to it when its tag names the same digest, whatever outputSha the tag holds, or
    when the tag holds the reference: annotations may have given each commit a digest of its own.
    Raises RegistryError.
    """
    client.connect(repository)
    digest = client.find_digest(repository, reference)
    if digest is None:
        return None
    commits = {
        tag: commit_id
        for tag in client.tags(repository)
        if (commit_id := _commit_id(tag, image_name))
    }
    with ThreadPoolExecutor(_JOBS) as pool:
        digests = pool.map(lambda tag: client.find_digest(repository, tag), commits)
        found = [
            commit_id
            for (tag, commit_id), its in zip(commits.items(), digests, strict=True)
            if its == digest or _output_sha(tag) == reference
        ]
    return TaggedImage(repository, digest, sorted(set(found)))


def _output_sha(tag: str) -> str | None:
    match = _COMMIT_TAG.fullmatch(tag)
    return match["output_sha"] if match else None


def _commit_id(tag: str, image_name: str) -> str | None:
    match = _COMMIT_TAG.fullmatch(tag)
    if match is None or match["image_name"] != image_name.replace("/", "-"):
        return None
    return match["commit_id"]

"""What a request needs: access to repositories, in the words of authorisation servers.

Source: "Docker Registry v2 Bearer token specification" of the distribution project.
"""

from __future__ import annotations

from collections.abc import Iterable

Scopes = tuple[str, ...]
"""What a request needs, such as `repository:locksmith/worker:pull,push`."""


def pull(repository: str) -> Scopes:
    """Return what reading a repository needs."""
    return (f"repository:{repository}:pull",)


def push(repository: str) -> Scopes:
    """Return what writing to a repository needs."""
    return (f"repository:{repository}:pull,push",)


def joined(scopes: Iterable[str]) -> Scopes:
    """Return the scopes with all actions of a resource in one of them, in their first order."""
    actions: dict[str, list[str]] = {}
    for scope in scopes:
        resource, colon, wanted = scope.rpartition(":")
        known = actions.setdefault(resource if colon else scope, [])
        known += [each for each in wanted.split(",") if colon and each not in known]
    return tuple(
        f"{resource}:{','.join(wanted)}" if wanted else resource
        for resource, wanted in actions.items()
    )

"""Types of arguments that editors and type checkers know: lists that are no strings, few words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol, SupportsIndex, TypeVar, overload

_Item = TypeVar("_Item", covariant=True)


class ListOf(Protocol[_Item]):
    """A list or a tuple, and no string, which type checkers hold to be a sequence of strings."""

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> _Item: ...
    @overload
    def __getitem__(self, index: slice, /) -> ListOf[_Item]: ...
    def __contains__(self, value: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[_Item]: ...
    def __reversed__(self) -> Iterator[_Item]: ...


OnFailure = Literal["restart", "exit"]
OnUnready = Literal["wait", "restart"]
Architecture = Literal["amd64", "arm64"]
Archive = Literal["debian", "debian-security"]
State = Literal["disabled", "enabled", "one-shot", "one-at-a-time"]
InputType = Literal[
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
]

StopSignal = Literal[
    "SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGKILL"
]

"""What is tried again, how often, and after which pauses."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from nixgen.errors import RegistryError
from nixgen.registry import Registry, Retry
from nixgen.registry.answers import Answer, failure
from nixgen.registry.retry import StoppedError, TransientError

REGISTRY = Registry("registry.example.org")


class RecordedPauses(threading.Event):
    """An event that notes how long it is waited for, instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout or 0)
        return self.is_set()


def failing(times: int, pause: float | None = None) -> Callable[[], str]:
    """Return an action that fails so often before it succeeds."""
    left = [times]

    def action() -> str:
        if left[0]:
            left[0] -= 1
            raise TransientError("it failed", pause)
        return "done"

    return action


def test_pauses_double_and_vary() -> None:
    """Each pause is between half and all of what doubling gives, up to the longest."""
    stop = RecordedPauses()
    retry = Retry(attempts=6, first_pause=1, longest_pause=5, stop=stop)
    assert retry(failing(5)) == "done"
    for pause, full in zip(stop.pauses, (1, 2, 4, 5, 5), strict=True):
        assert full / 2 <= pause <= full


def test_pause_that_the_registry_asks_for_is_kept() -> None:
    """Retry-After counts, up to the longest pause."""
    stop = RecordedPauses()
    assert Retry(first_pause=0.1, longest_pause=5, stop=stop)(failing(1, pause=3)) == "done"
    assert Retry(first_pause=0.1, longest_pause=5, stop=stop)(failing(1, pause=900)) == "done"
    assert stop.pauses == [3, 5]


def test_last_failure_is_told_with_the_attempts() -> None:
    """When nothing helps, the message says how often it was tried."""
    with pytest.raises(RegistryError, match=r"it failed \(3 attempts\)"):
        Retry(attempts=3, stop=RecordedPauses())(failing(3))


def test_other_errors_are_not_tried_again() -> None:
    """A failure that will not pass ends the work at once."""
    stop = RecordedPauses()

    def refuse() -> str:
        raise RegistryError("no")

    with pytest.raises(RegistryError, match="no"):
        Retry(stop=stop)(refuse)
    assert stop.pauses == []


def test_stopped_work_is_not_begun() -> None:
    """Once work is stopped, nothing is tried any more."""
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        Retry(stop=stop)(lambda: "done")


@pytest.mark.parametrize(
    ("status", "body", "passing", "message"),
    [
        (401, b"", False, "does not accept the user name and password"),
        (403, b'{"errors":[{"code":"DENIED","message":"not yours"}]}', False, "DENIED: not yours"),
        (405, b"", False, "read-only"),
        (404, b"<html>", False, "status 404"),
        (429, b"", True, "status 429"),
        (500, b"{}", True, "status 500"),
        (500, b'{"errors":[{"detail":{"Enclosed":{"Err":28}}}]}', False, "disk is full"),
        (500, b"write: no space left on device", False, "disk is full"),
        (503, b'{"errors":"odd"}', True, "status 503"),
        (507, b"", False, "disk is full"),
    ],
)
def test_answers_are_told_apart(status: int, body: bytes, passing: bool, message: str) -> None:
    """An answer becomes one message, and is tried again only where that may help."""
    error = failure(REGISTRY, "uploading", Answer(status, {}, body))
    assert (isinstance(error, TransientError), message in str(error)) == (passing, True)

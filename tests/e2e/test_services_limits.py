"""Limits of services: how long they may run, wait and take to stop; and when they run."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from containers import Container, running, wait_until
from service_images import image

pytestmark = pytest.mark.container


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    with running(image("limits")) as started:
        yield started


def test_oneshot_that_runs_too_long_has_failed(container: Container) -> None:
    """It is stopped, then killed, and the failure says which limit it was."""
    container.wait_for_log("endless: has ended with its time limit of 1 s", 15)
    wait_until(lambda: container.succeeds("test", "-e", "/var/run/perp/endless.fail"), 5, "no mark")
    assert re.search(r"^endless +failed: its time limit of 1 s$", container.exec("services"), re.M)


def test_restarts_come_later_each_time(container: Container) -> None:
    """After 1 s, 2 s, 4 s and no more than the limit."""
    container.wait_for_log("crashing: starts again in 4 s\n", 15)
    wait_until(lambda: 5 <= container.logs().count("crashing: has ended"), 20, "too slow")
    waits = re.findall(r"crashing: starts again in (\d+) s", container.logs())
    assert ["2", "4", "4"] == waits[:3]


def test_oneshot_of_a_schedule_runs_again(container: Container) -> None:
    """It runs when a minute begins, and waits for the next one."""
    assert "waits for its time: * * * * *" in container.exec("services")
    wait_until(lambda: container.succeeds("test", "-s", "/tmp/minutes"), 75, "it does not run")
    assert int(container.exec("cat", "/tmp/minutes")) < 10
    waiting = "waits for its time: * * * * *; the last run has succeeded"
    wait_until(lambda: waiting in container.exec("services"), 5, "it does not wait")
    assert "each-minute" not in container.check_health()[1]


def test_stop_by_another_signal_and_within_a_time(container: Container) -> None:
    """The service's own signal stops it, and one that takes too long is killed before."""
    stopped = container.stop()
    assert 0 == stopped.exit_status
    assert 1 < stopped.seconds < 3
    assert "init: stubborn has not stopped in time: killed" in container.logs()
    assert ("interrupted", False) == (
        "interrupted" if "interrupted\n" in container.logs() else "",
        "terminated" in container.logs(),
    )

"""What is seen of services that fail, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from containers import Container, running, wait_until
from service_images import image

pytestmark = pytest.mark.container


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    with running(image("failing")) as started:
        yield started


def test_health_check(container: Container) -> None:
    """The health check names each service that is not as it should be, until all are."""
    container.wait_for_log("waiting: waits for oneshot, which has failed", 20)
    container.wait_for_log("unsound: has ended with exit status 3", 20)
    healthy, report = container.check_health()
    assert not healthy
    assert "oneshot: has failed: exit status 1" in report
    assert "waiting: waits for oneshot, which has failed: exit status 1" in report
    assert "unsound: has not been up for 3 s; its last end: exit status 3" in report

    container.exec("touch", "/tmp/repaired")
    container.exec("perpctl", "A", "oneshot")
    wait_until(lambda: container.check_health()[0], 20, "the container does not become healthy")


def test_service_that_was_switched_off_is_healthy(container: Container) -> None:
    """The health check does not ask for a service that somebody has deactivated."""
    container.exec("touch", "/tmp/repaired")
    container.exec("perpctl", "A", "oneshot")
    wait_until(lambda: container.check_health()[0], 20, "the container does not become healthy")
    container.exec("perpctl", "d", "unsound")
    assert not container.check_health()[0]
    container.exec("perpctl", "X", "unsound")
    assert container.check_health()[0]
    container.exec("perpctl", "A", "unsound")


def test_children_do_not_survive_a_restart(container: Container) -> None:
    """What a service has started ends with it, even if it ignores TERM."""
    old = container.exec("cat", "/var/run/perp/sound.pid").strip()
    count = f"cat /proc/[0-9]*/stat | sed 's/.*) //' | awk '$4 == {old}' | grep -c ."
    wait_until(lambda: container.exec("sh", "-c", count).strip() >= "4", 10, "it has no children")
    container.exec("perpctl", "k", "sound")
    wait_until(
        lambda: (
            container.exec("sh", "-c", "cat /var/run/perp/sound.pid || true").strip()
            not in ("", old)
        ),
        10,
        "the service has not restarted",
    )
    assert "0\n" == container.exec("sh", "-c", f"{count} || true")


def test_failure_ends_the_container() -> None:
    """With onFailure = "exit" the container ends with the service's status when it has failed
    maxFailures times in a row, and the other services are stopped in order."""
    with running(image("exiting")) as container:
        assert 7 == container.wait(30)
        log = container.logs()
        assert 3 == log.count("failing: has ended with exit status 7")
        assert "failing: has failed 3 times in a row: the container ends" in log
        assert "other stops" in log


def test_failed_oneshot_ends_the_container() -> None:
    """A oneshot fails once; a signal's exit status is 128 and its number."""
    with running(image("exitingOneshot")) as container:
        assert 128 + 9 == container.wait(30)

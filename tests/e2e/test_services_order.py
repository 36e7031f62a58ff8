"""In which order services start, and what oneshots do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from containers import Container, running, wait_until
from service_images import image

pytestmark = pytest.mark.container


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    with running(image("order")) as started:
        yield started


def lines(container: Container, text: str) -> int:
    """Count the lines of the log that are this text."""
    return container.logs().splitlines().count(text)


def marker_exists(container: Container, name: str) -> bool:
    return container.succeeds("test", "-e", f"/var/run/perp/{name}")


def start_time(container: Container, service: str) -> float:
    """Give the time when the service began to run, in seconds after the machine's start."""
    path = f"/var/run/perp/{service}.started"
    wait_until(lambda: container.succeeds("test", "-e", path), 30, f"{service} has not started")
    return int(container.exec("cat", path)) / 100


def test_service_waits_until_another_has_been_up(container: Container) -> None:
    """A service starts once the one it comes after has been up for 3 s."""
    assert start_time(container, "second") - start_time(container, "first") >= 3


def test_chain_waits_link_by_link(container: Container) -> None:
    """In a chain, the time that a service waits itself does not count as being up."""
    assert start_time(container, "third") - start_time(container, "second") >= 3


def test_service_waits_for_success_of_a_oneshot(container: Container) -> None:
    """What comes after a slow oneshot starts when that has succeeded, not when it is up for 3 s."""
    container.wait_for_log("after-slow-oneshot starts", 20)
    container.wait_for_log("oneshot-after-oneshot starts", 20)
    log = container.logs()
    assert log.index("slow-oneshot ends") < log.index("after-slow-oneshot starts")
    assert log.index("slow-oneshot ends") < log.index("oneshot-after-oneshot starts")


def test_oneshot_succeeds_once(container: Container) -> None:
    """A oneshot runs once and leaves .success, not .fail."""
    container.wait_for_log("after-slow-oneshot starts", 20)
    assert marker_exists(container, "slow-oneshot.success")
    assert not marker_exists(container, "slow-oneshot.fail")
    assert 1 == lines(container, "slow-oneshot starts")


def test_oneshot_with_a_long_name(container: Container) -> None:
    """A oneshot runs once also when perpd cuts its name, which happens after 31 characters."""
    name = "oneshot-with-more-than-31-characters"
    wait_until(lambda: marker_exists(container, f"{name}.success"), 20, "it has not succeeded")
    start_time(container, "second")
    assert 1 == lines(container, "long oneshot runs")


def test_service_after_a_broken_one_does_not_start(container: Container) -> None:
    """What comes after a service that restarts all the time waits, and says so once."""
    start_time(container, "third")
    assert 0 == lines(container, "after-broken starts")
    assert 1 == lines(container, "after-broken: waits until broken has been up for 3 s")


def test_waiting_service_is_not_up(container: Container) -> None:
    """perpok never takes a service that only waits for one that is up."""
    start_time(container, "third")
    ready = [
        container.succeeds("perpok", "-b", "/etc/perp", "-u", "3", "after-broken")
        for _ in range(12)
    ]
    assert [False] * 12 == ready


def test_failed_oneshot_and_what_comes_after_it(container: Container) -> None:
    """A failed oneshot leaves .fail; what comes after it says so once, and starts on success."""
    waiting = "after-failing-oneshot: waits for failing-oneshot, which has failed: exit status 3"
    container.wait_for_log(waiting, 20)
    start_time(container, "third")
    assert marker_exists(container, "failing-oneshot.fail")
    assert not marker_exists(container, "failing-oneshot.success")
    assert 1 == lines(container, waiting)
    assert 0 == lines(container, "after-failing-oneshot starts")

    container.exec("touch", "/tmp/repaired")
    container.exec("perpctl", "A", "failing-oneshot")
    container.wait_for_log("after-failing-oneshot starts", 20)
    assert not marker_exists(container, "failing-oneshot.fail")
    assert marker_exists(container, "failing-oneshot.success")
    assert 2 == lines(container, "failing-oneshot runs")


# Activate the oneshot $1 as soon as it has succeeded, $2 times. An activation that is lost takes
# long enough to be seen.
ACTIVATE = """
wait_for_success() {
  SECONDS=0
  until test -e "/var/run/perp/$1.success"; do
    test $SECONDS -lt 10 || exit 1
  done
}
for _ in $(seq "$2"); do
  wait_for_success "$1"
  rm "/var/run/perp/$1.success"
  perpctl -q A "$1"
done
wait_for_success "$1"
"""


def test_oneshot_runs_again_when_activated(container: Container) -> None:
    """perpctl A runs a oneshot just once more, each time, however soon it comes."""
    name = "oneshot-with-more-than-31-characters"
    wait_until(lambda: marker_exists(container, f"{name}.success"), 20, "it has not succeeded")
    before = lines(container, "long oneshot runs")
    assert container.succeeds("bash", "-c", ACTIVATE, "-", name, "8"), "an activation was lost"
    start_time(container, "third")
    assert before + 8 == lines(container, "long oneshot runs")


def test_restart_does_not_wait_again(container: Container) -> None:
    """The order is for the start: a service that has run restarts also while the other is down."""
    start_time(container, "second")
    container.exec("perpctl", "d", "first")
    before = container.exec("cat", "/var/run/perp/second.pid")
    container.exec("perpctl", "t", "second")
    wait_until(
        lambda: (
            container.exec("sh", "-c", "cat /var/run/perp/second.pid || true") not in ("", before)
        ),
        4,
        "second has not restarted",
    )
    container.exec("perpctl", "u", "first")


def test_term_during_a_oneshot_and_restart_of_the_container() -> None:
    """A oneshot that is stopped has failed; all run again when the container starts again."""
    with running(image("order")) as container:
        container.wait_for_log("endless-oneshot starts", 20)
        container.wait_for_log("long oneshot runs", 20)
        container.exec("perpctl", "t", "endless-oneshot")
        wait_until(lambda: marker_exists(container, "endless-oneshot.fail"), 10, "no .fail")
        assert "signal SIGTERM\n" == container.exec("cat", "/var/run/perp/endless-oneshot.fail")
        assert not marker_exists(container, "endless-oneshot.success")

        assert 0 == container.stop().exit_status
        before = len(container.logs())
        container.start()
        wait_until(lambda: 2 == lines(container, "endless-oneshot starts"), 20, "not run again")
        wait_until(lambda: 2 == lines(container, "long oneshot runs"), 20, "not run again")
        assert not marker_exists(container, "endless-oneshot.fail")
        container.wait_for_log("after-slow-oneshot: waits until slow-oneshot has succeeded", 20)
        assert "after-slow-oneshot starts" not in container.logs()[before:]

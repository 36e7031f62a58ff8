"""What services print reaches fluentd and the container's log, whatever happens to either."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from containers import wait_until
from fluentd_images import IS_REAL, TIMEOUT, Captured, running_captured, running_captured_image

pytestmark = pytest.mark.container

PUPPET = "log.puppet"


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Captured]:
    with running_captured(tmp_path_factory.mktemp("records")) as started:
        started.wait_for_records(PUPPET, "puppet starts")
        yield started


def test_both_outputs_are_captured(captured: Captured) -> None:
    """Lines of stdout and stderr become records, and stand in the container's log as they are."""
    captured.lay("say", "naïve 漢字 😀\n")
    captured.lay("complain", "oh nö\n")
    captured.wait_for_records(PUPPET, "naïve 漢字 😀")
    captured.wait_for_records(PUPPET, "oh nö")
    captured.container.wait_for_log("naïve 漢字 😀\n", TIMEOUT)
    captured.container.wait_for_log("oh nö\n", TIMEOUT)


def test_last_line_without_newline(captured: Captured) -> None:
    """A line without a newline is a record when the service ends, with the source's own tag."""
    captured.wait_for_records("other.tag", "without newline")
    assert captured.records("other.tag") == ["brief", "without newline"]


def test_crash_loop_stays_visible(captured: Captured) -> None:
    """A captured service keeps its exit status and its restarts."""
    captured.wait_for_records("log.looping", "looping", 3)
    assert "looping: has ended with exit status 3" in captured.container.logs()
    captured.lay("end", "7")
    captured.container.wait_for_log("puppet: has ended with exit status 7", TIMEOUT)
    captured.wait_for_records(PUPPET, "puppet starts", 2)


def test_only_services_that_ask_are_captured(captured: Captured) -> None:
    """A service without a source of the type stdout prints into the container's log alone."""
    captured.container.wait_for_log("listening\n", TIMEOUT)
    captured.container.wait_for_log("plain\n", TIMEOUT)
    assert captured.records("log.plain") == captured.records("log.listening") == []


def test_burst_is_complete(captured: Captured) -> None:
    """A burst of 50,000 lines arrives, each of them, in its order."""
    captured.lay_lines("burst é", 50_000)
    captured.wait_for_records(PUPPET, "burst é 50000")
    expected = [f"burst é {number}" for number in range(1, 50_001)]
    assert expected == [text for text in captured.records(PUPPET) if text.startswith("burst")]


def test_killed_fluentd(captured: Captured) -> None:
    """When fluentd was killed and has started again, delivery goes on."""
    captured.container.exec("perpctl", "k", "fluentd")
    captured.container.wait_for_log("fluentd: has ended with signal", TIMEOUT)
    captured.lay("say", "after the kill\n")
    captured.wait_for_records(PUPPET, "after the kill")


def test_killed_log(captured: Captured) -> None:
    """When what copies the lines of a service was killed, the service goes on, and delivery too."""
    starts = captured.records(PUPPET).count("puppet starts")
    captured.container.exec("perpctl", "k", "puppet-log")
    captured.lay("say", "while nobody copies\n")
    captured.wait_for_records(PUPPET, "while nobody copies")
    assert captured.records(PUPPET).count("puppet starts") == starts


def test_absent_fluentd(captured: Captured) -> None:
    """While fluentd is down the service goes on; what cannot be delivered is counted."""
    captured.container.exec("perpctl", "d", "fluentd")
    is_down = ("sh", "-c", "test ! -e /var/run/perp/fluentd.pid")
    wait_until(lambda: captured.container.succeeds(*is_down), TIMEOUT, "fluentd does not stop")
    captured.lay_lines("flood of many lines", 100_000)
    captured.lay("say", "still here\n")
    captured.container.wait_for_log("puppet: fluentd does not read; lines are dropped", TIMEOUT)
    captured.container.wait_for_log("\nstill here\n", TIMEOUT)

    captured.container.exec("perpctl", "u", "fluentd")
    wait_until(lambda: captured.records(PUPPET)[-1].startswith("flood"), TIMEOUT, "no delivery")
    captured.lay("say", "there again\n")
    captured.wait_for_records(PUPPET, "there again")
    delivered = [text for text in captured.records(PUPPET) if text.startswith("flood")]
    assert delivered == [f"flood of many lines {number + 1}" for number in range(len(delivered))]
    dropped = 100_001 - len(delivered)  # "still here" is one of them
    assert f"puppet: {dropped} lines did not reach fluentd" in captured.container.logs()


def test_stop(tmp_path: Path) -> None:
    """A container stops in order: the last words of a service are delivered before fluentd ends."""
    with running_captured(tmp_path) as captured:
        captured.wait_for_records(PUPPET, "puppet starts")
        stopped = captured.container.stop()
        assert stopped.exit_status == 0
        assert stopped.seconds < 10
        assert captured.records(PUPPET)[-1] == "last words"

        captured.container.start()
        captured.wait_for_records(PUPPET, "puppet starts", 2)


@pytest.mark.skipif(IS_REAL, reason="the real fluentd cannot be told to start slowly")
def test_services_wait_for_fluentd(tmp_path: Path) -> None:
    """A captured service does not start before fluentd reads, however long that takes."""
    with running_captured(tmp_path, "--env=STAND_IN_DELAY=6") as captured:
        before = time.monotonic()
        captured.container.wait_for_log("puppet starts", TIMEOUT)
        assert time.monotonic() - before > 5
        log = captured.container.logs()
        assert log.index("stand-in for fluentd reads") < log.index("puppet starts")
        captured.wait_for_records(PUPPET, "puppet starts")


def test_process_that_keeps_the_pipe_holds_nobody() -> None:
    """What a service has left behind does not keep the container from its end."""
    with running_captured_image("leaving") as container:
        container.wait_for_log("left\n", TIMEOUT)
        stopped = container.stop()
    assert (0, True) == (stopped.exit_status, stopped.seconds < 3), stopped

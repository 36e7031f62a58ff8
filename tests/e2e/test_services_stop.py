"""How containers stop."""

from __future__ import annotations

import pytest
from containers import running, wait_until
from service_images import image

pytestmark = pytest.mark.container


def test_services_stop_in_reverse_order() -> None:
    """Each service stops after those that come after it, and the container ends with status 0."""
    with running(image("stop")) as container:
        running_upper = "test -e /var/run/perp/upper.started"
        wait_until(lambda: container.succeeds("sh", "-c", running_upper), 30, "upper is not up")
        stopped = container.stop()
        order = [line for line in container.logs().splitlines() if line.endswith(" stops")]
        assert ["upper stops", "middle stops", "lower stops"] == order
        assert 0 == stopped.exit_status
        assert stopped.seconds < 2


def test_stop_while_services_start() -> None:
    """A container stops at once while services wait, crash, and while a oneshot runs."""
    with running(image("stop")) as container:
        container.wait_for_log("waiting: waits until endless-oneshot has succeeded", 20)
        container.wait_for_log("crashing: has ended with exit status 1", 20)
        stopped = container.stop()
        assert 0 == stopped.exit_status
        assert stopped.seconds < 2


@pytest.mark.parametrize("signal", ["TERM", "INT"])
def test_stop_right_after_the_start(signal: str) -> None:
    """A container that is told to stop before its services run ends with status 0, too."""
    with running(image("stop")) as container:
        container.wait_for_log("", 5)
        container.kill(signal)
        assert 0 == container.wait(2)


def test_service_that_ignores_term_is_killed() -> None:
    """After the grace period a service, or its child, is killed, and then the others stop."""
    with running(image("stubborn")) as container:
        started = "cd /var/run/perp && test -e stubborn.started && test -e stubborn-child.started"
        wait_until(lambda: container.succeeds("sh", "-c", started), 20, "stubborn is not up")
        stopped = container.stop()
        log = container.logs()
        assert 0 == stopped.exit_status
        assert 2 <= stopped.seconds < 4
        assert log.index("init: stubborn has not stopped in time: killed") < log.index(
            "lower stops"
        )
        assert "init: stubborn-child has not stopped in time: killed" in log


def test_containers_that_share_processes() -> None:
    """In a shared process namespace, where init is not process 1, a container stops alike, and the
    services of the other container go on."""
    with (
        running(image("stop")) as first,
        running(image("exiting"), "--pid", f"container:{first.name}") as second,
    ):
        assert 7 == second.wait(30)
        first.wait_for_log("waiting: waits until endless-oneshot has succeeded", 20)
        assert "signal" not in first.logs()
        assert 0 == first.stop().exit_status

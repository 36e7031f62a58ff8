"""What would go wrong without a word is said: in the log, and by the health check."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from containers import Container, running, wait_until
from service_images import image

pytestmark = pytest.mark.container


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    with running(image("silent")) as started:
        yield started


def test_service_that_ends_well_again_and_again(container: Container) -> None:
    """A service that ends with status 0 three times in a row is named, once, with what may help."""
    container.wait_for_log("brief: has ended 3 times in a row with exit status 0", 20)
    assert "  if it is to run once, make it a oneshot" in container.logs()
    container.wait_for_log("brief: has ended 10 times in a row with exit status 0", 30)
    assert 2 == container.logs().count("brief: has ended")


@pytest.mark.parametrize("service", ["daemon", "root-daemon"])
def test_daemon_that_is_left_behind(container: Container, service: str) -> None:
    """A process that leaves the session of its service, and stays when that ends, is named."""
    container.wait_for_log(f"{service}: has left behind process ", 20)
    said = f"{service}: has left behind process "
    line = next(line for line in container.logs().splitlines() if line.startswith(said))
    process = line.removeprefix(said).split()[0]
    assert f"{said}{process} (sleep), which does not stop with it" == line
    assert "sleep" == container.exec("cat", f"/proc/{process}/comm").strip()


def test_oneshot_that_does_not_end(container: Container) -> None:
    """A oneshot that runs for long is named once others wait for it, and by the health check."""
    container.wait_for_log(
        "waiting: waits until endless has succeeded, which runs for more than 15 s", 40
    )
    assert 2 == container.logs().count("waiting: waits until endless has succeeded")
    _, report = container.check_health()
    assert "endless: has not finished, which runs for more than 15 s" in report


def test_lines_of_an_environment_file_that_are_not_meant_so(container: Container) -> None:
    """A byte order mark and "export" become part of a name: a warning names file and line."""
    container.wait_for_log("environment file /tmp/lines: line 3: ", 20)
    lines = [line for line in container.logs().splitlines() if line.startswith("lines: ")]
    where = "lines: environment file /tmp/lines: line"
    assert [
        f"{where} 1: begins with a byte order mark, which becomes part of the name",
        f'{where} 3: sets a variable with the name "export  THIRD"',
    ] == lines


def test_kill_that_is_refused() -> None:
    """Where a process must not be killed, the log names it and the reason, and the container goes
    on, and stops in time."""
    with running(image("protected"), "--cap-drop=kill") as container:
        container.wait_for_log("", 5)
        wait_until(lambda: container.check_health()[0], 20, "it is not up")
        container.exec("perpctl", "k", "protected")
        container.wait_for_log("cannot be killed: Operation not permitted", 20)
        wait_until(lambda: container.check_health()[0], 20, "it does not start again")
        stopped = container.stop()
        assert 0 == stopped.exit_status
        assert stopped.seconds < 11
        assert 2 == container.logs().count("protected: process ")

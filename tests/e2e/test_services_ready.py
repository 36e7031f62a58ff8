"""Services that are ready, or not: what waits for them, what is said, and what starts again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from containers import Container, running, wait_until
from service_images import image

pytestmark = pytest.mark.container


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    with running(image("ready")) as started:
        yield started


def statuses(container: Container) -> dict[str, str]:
    """Return what `services` says of each service."""
    lines = container.exec("services").splitlines()
    return {name: said.strip() for name, said in (line.split(None, 1) for line in lines)}


def test_others_wait_until_a_service_is_ready(container: Container) -> None:
    """They start once it gives an answer, takes connections, or its command succeeds; no later."""
    container.wait_for_log("after-web: waits until web is ready", 10)
    wait_until(lambda: container.succeeds("test", "-e", "/tmp/after-command"), 15, "not ready")
    wait_until(lambda: container.succeeds("test", "-e", "/tmp/after-port"), 15, "not ready")
    wait_until(lambda: container.succeeds("test", "-e", "/tmp/after-web"), 20, "not ready")
    assert "well\n" == container.exec("cat", "/tmp/after-web")
    assert statuses(container)["web"].endswith(", ready")


def test_command_runs_as_the_service_does(container: Container) -> None:
    """With its user, variables and folder."""
    assert "nobody\n" == container.exec("cat", "/tmp/asked")


def test_file_may_come_at_any_time(container: Container) -> None:
    """The service is ready once the file is there."""
    assert "waits until file is ready" in statuses(container)["after-file"]
    assert not container.succeeds("test", "-e", "/tmp/after-file")
    container.exec("touch", "/tmp/file is there")
    wait_until(lambda: container.succeeds("test", "-e", "/tmp/after-file"), 10, "not ready")


def test_check_that_does_not_end_is_ended(container: Container) -> None:
    """It is no answer, and none of its processes stays."""
    assert "not ready yet" in statuses(container)["hangs"]
    wait_until(lambda: "not ready yet" in statuses(container)["hangs"], 5, "not said")
    processes = container.exec("ps", "-o", "args").splitlines()
    assert sum("sleep 987654" in line for line in processes) <= 4
    wait_until(
        lambda: "sleep 987654" not in container.exec("ps", "-o", "args"), 10, "processes stay"
    )


def test_health_check_asks(container: Container) -> None:
    """It names the service that is not ready, with the reason, and no other of these."""
    wait_until(lambda: "after-file" not in container.check_health()[1], 10, "not up")
    healthy, report = container.check_health()
    assert not healthy
    assert [
        "after-hangs: waits until hangs is ready",
        "hangs: is not ready: no answer in 1 s",
    ] == [line.partition(", which")[0] for line in sorted(report.splitlines())]


def test_what_is_ready_no_more_starts_again(container: Container) -> None:
    """After three checks that fail, where the definition says so; then it is ready again."""
    container.exec("rm", "/tmp/www/health")
    said = "web: is not ready any more (GET /health has the answer: HTTP/1.1 404 Not Found)"
    container.wait_for_log(f"{said}: it starts again", 15)
    assert "not ready yet" in statuses(container)["web"]
    wait_until(lambda: statuses(container)["web"].endswith(", ready"), 15, "not ready again")
    assert "well" in container.exec("cat", "/tmp/after-web")


def test_killed_service_is_not_ready(container: Container) -> None:
    """What crashes is ready once its next run is."""
    container.exec("perpctl", "k", "port")
    container.wait_for_log("port: has ended with signal", 5)
    wait_until(lambda: statuses(container)["port"].endswith(", ready"), 10, "not ready again")


def test_ready_as_any_user_on_a_read_only_root() -> None:
    """Whoever starts the container, without capabilities, the order is the same."""
    options = ("--user", "12345:0", "--cap-drop", "all", "--security-opt", "no-new-privileges")
    folders = ("--read-only", "--tmpfs", "/run:mode=1777", "--tmpfs", "/tmp:mode=1777")
    with running(image("ready"), *options, *folders) as started:
        wait_until(lambda: started.succeeds("grep", "well", "/tmp/after-web"), 20, "not ready")
        assert 2 > started.stop().seconds
        assert 0 == started.exit_status

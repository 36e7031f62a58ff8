"""Where images of services run: on a read-only root file system, on parents of all kinds."""

from __future__ import annotations

import pytest
from containers import ENGINE, running, wait_until
from service_images import image

pytestmark = pytest.mark.container

WRITABLE = ("--tmpfs", "/run", "--tmpfs", "/tmp:mode=1777")


@pytest.mark.parametrize(
    "base",
    [
        "/etc/perp",
        pytest.param(
            "/etc/perp:notmpcopyup",
            marks=pytest.mark.skipif(
                ENGINE == "docker", reason="as the other on Docker, which never copies"
            ),
        ),
    ],
)
def test_read_only_root_file_system(base: str) -> None:
    """Services run and stop with a read-only root and a tmpfs at /run, /tmp and /etc/perp, whether
    or not the tmpfs begins as a copy of the folder."""
    with running(image("stop"), "--read-only", *WRITABLE, "--tmpfs", base) as container:
        up = "test -e /var/run/perp/middle.started"
        wait_until(lambda: container.succeeds("sh", "-c", up), 30, "the services are not up")
        stopped = container.stop()
        assert 0 == stopped.exit_status
        assert stopped.seconds < 2


def test_parent_without_anything() -> None:
    """An image whose parent has no shell and no users runs a service as nobody."""
    with running(image("onEmptyParent")) as container:
        record = "/tmp/record.on-empty-parent"
        wait_until(lambda: container.succeeds("test", "-e", record), 20, "it has not run")
        assert container.exec("cat", record).startswith("nobody\n")
        assert 0 == container.stop().exit_status


def test_parent_with_merged_folders() -> None:
    """The folders that a parent has as links, its variables and its users stay as they are."""
    with running(image("onMergedParent")) as container:
        container.wait_for_log("/bin/sh", 20)
        assert ["the tool of the parent", "99", "/bin/sh"] == container.logs().splitlines()[-3:]
        assert "usr/bin" == container.exec("readlink", "/bin").strip()
        assert 0 == container.stop().exit_status

"""Every image of the repository's images.py builds, starts, and does what it is there for."""

from __future__ import annotations

import pytest
from containers import ContainerError, load_image, running, wait_until
from project import REPOSITORY, images

from nixgen.project.load import load_project

pytestmark = pytest.mark.container

LOGGED = {
    "locksmithWorker": "locksmith: made key 4, keys in use: 2 3 4",
    "gremlinServer": "gremlin-sync: 3 vertices",
    "orderedServices": "the site was made",
    "rootService": "root",
    "environment": "debug 1, good morning from /tmp",
}


@pytest.mark.parametrize("attribute", LOGGED)
def test_image_does_its_work(attribute: str) -> None:
    """A container of the image writes what shows that its services work together."""
    with running(load_image(images()[attribute])) as container:
        container.wait_for_log(LOGGED[attribute], timeout=40)
        stopped = container.stop()
        assert stopped.exit_status == 0


def test_image_without_supervisor_serves_its_files() -> None:
    """An image of files alone starts its command, and serves what was put into it."""
    with running(load_image(images()["staticFiles"]), "--publish", "127.0.0.1::8080") as container:
        text = wait_until(
            lambda: container.ask(8080, "/index.html"), 20, "no answer from the container"
        )
        assert text == "Hello from a container that Nix built.\n"


def test_every_image_is_looked_at() -> None:
    """No image of images.py is missing from these tests, but those that need fluentd's gems."""
    images = load_project(REPOSITORY).images
    optional = {name for name, image in images.items() if getattr(image, "optional", False)}
    assert set(images) - optional == {*LOGGED, "staticFiles"}


def test_base_image_has_what_services_need() -> None:
    """Users, folders with their modes, a shell, busybox's applets, and perp's variable."""
    with running(load_image(images()["locksmithWorker"])) as container:
        users = container.exec("cat", "/etc/passwd")
        groups = container.exec("cat", "/etc/group")
        assert [line.split(":")[0] for line in users.splitlines()] == ["root", "nobody"]
        assert {"root", "nobody"} <= {line.split(":")[0] for line in groups.splitlines()}
        assert container.exec("stat", "-c", "%a", "/tmp") == "1777\n"
        assert container.exec("stat", "-L", "-c", "%F", "/var/run/perp") == "directory\n"
        assert container.exec("/bin/sh", "-c", "echo a b") == "a b\n"
        assert container.exec("printenv", "PERP_BASE") == "/etc/perp\n"
        for applet in ("vi", "wget", "awk", "tar"):
            assert container.exec("sh", "-c", f"command -v {applet}")
        with pytest.raises(ContainerError):
            container.exec("sh", "-c", "command -v nosuch")

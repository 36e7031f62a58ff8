"""Users of services beside root and nobody, and the folders that they may write to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from containers import Container, ContainerError, running, wait_until
from service_images import image

pytestmark = pytest.mark.container

ALONE = ("--cap-drop", "all", "--cap-add", "SETUID,SETGID,KILL")


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    with running(image("users"), *(word for word in ALONE)) as started:
        yield started


def recorded(container: Container, service: str) -> list[str]:
    """Return user, group, groups and folder of the service, once it has written them down."""
    file = f"/tmp/record.{service}"
    wait_until(lambda: container.succeeds("test", "-e", file), 10, f"{service} does not run")
    return container.exec("cat", file).splitlines()


@pytest.mark.parametrize(
    ("service", "facts"),
    [
        ("app", ["app", "app", "1000"]),
        ("other", ["other", "other", "2000 900"]),
        ("worker", ["worker", "workers", "778 900"]),
        ("nobody", ["nobody", "65534", "65534"]),
    ],
)
def test_services_run_as_their_users(container: Container, service: str, facts: list[str]) -> None:
    """Those of the definition, of the parent image with all groups, and nobody."""
    assert facts == recorded(container, service)[:3]


@pytest.mark.parametrize(
    ("service", "home"), [("app", "/tmp"), ("worker", "/home/worker"), ("nobody", "/tmp")]
)
def test_home_is_that_of_the_user(container: Container, service: str, home: str) -> None:
    """It is that of /etc/passwd, if it is there."""
    recorded(container, service)
    variables = container.exec("cat", f"/tmp/record.{service}.variables").split("\0")
    assert {f"HOME={home}", f"USER={service}", f"LOGNAME={service}"} <= {*variables}


def test_folders_are_their_users(container: Container) -> None:
    """The folders that a service may write to are there, for it and for the group root."""
    recorded(container, "app")
    assert "written\n" == container.exec("cat", "/var/lib/app/file")
    folders = ("/var/lib/app", "/var/log/app files", "/var/lib/nobody")
    assert ["1000:0 775", "1000:0 775", "65534:0 775"] == container.exec(
        "stat", "-c", "%u:%g %a", *folders
    ).splitlines()
    wait_until(lambda: container.succeeds("test", "-e", "/var/lib/nobody/it"), 5, "not written")


def test_files_and_commands_know_the_users(container: Container) -> None:
    """A file may be a user's of the definition; commands as if root change the last layer."""
    assert "1000:2000 640\n" == container.exec("stat", "-c", "%u:%g %a", "/etc/app.conf")
    assert "5:6\n" == container.exec("stat", "-c", "%u:%g", "/srv")


def test_parents_users_are_kept(container: Container) -> None:
    """A line is added for a new user, once, even where the last one has no end."""
    recorded(container, "app")
    assert [
        "root:x:0:0:root:/root:/bin/sh",
        "worker:x:777:778::/home/worker:/bin/sh",
        "app:x:1000:1000:app:/tmp:/bin/false",
        "nobody:x:65534:65534:nobody:/tmp:/bin/false",
        "other:x:2000:2000:other:/tmp:/bin/false",
    ] == container.exec("cat", "/etc/passwd").splitlines()


def test_whoever_starts_the_container_may_write() -> None:
    """A number of its own in the group root, as OpenShift gives one, writes to the same folders."""
    options = ("--user", "1000660000:0", "--cap-drop", "all")
    try:
        with running(image("users"), *options) as started:
            recorded(started, "app")
            assert "written\n" == started.exec("cat", "/var/lib/app/file")
    except ContainerError as error:
        if "1000660000" not in str(error):
            raise
        pytest.skip(f"no such uid can be had here: {error}")


def test_user_who_is_nowhere_is_named() -> None:
    """The container ends, and the message says how the image gets the user."""
    with running(image("unknownUser")) as started:
        assert 111 == started.wait(10)
        assert (
            "init: services run as bob, and the image has no such user\n"
            '  give the image users={"bob": NUMBER}, or the package that makes this user'
        ) in started.logs()

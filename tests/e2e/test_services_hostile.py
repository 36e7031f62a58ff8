"""What breaks what takes it for code reaches services as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from containers import Container, load_image, running, wait_until
from hostile import FRAGMENTS, VALUES
from service_images import SERVICE_IMAGES, build

pytestmark = pytest.mark.container

# What a folder can be called, without being another folder's path.
FOLDERS = [text for text in FRAGMENTS if "/" not in text and text[0] != "." and len(text) < 200]


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    hostile = json.dumps({"values": VALUES, "folders": FOLDERS})
    archive = build("hostile", SERVICE_IMAGES, "--argstr", "hostile", hostile)
    with running(load_image(archive)) as started:
        yield started


def arguments(container: Container, service: str) -> list[str]:
    file = f"/tmp/record.{service}"
    wait_until(lambda: container.succeeds("test", "-e", file), 30, f"{service} has not run")
    return container.exec("cat", f"{file}.arguments").removesuffix("\0").split("\0")


@pytest.mark.parametrize("service", ["arguments", "line"])
def test_hostile_arguments_arrive(container: Container, service: str) -> None:
    """All values arrive as they are, as arguments of a list and quoted in a shell line."""
    assert arguments(container, service) == VALUES


def test_hostile_variables_arrive(container: Container) -> None:
    """All values arrive as they are, from a service's environment and from the image's."""
    arguments(container, "variables")
    found = container.exec("cat", "/tmp/record.variables.variables").split("\0")
    for kind in ("IMAGE", "SERVICE"):
        expected = [f"{kind}_{index}={value}" for index, value in enumerate(VALUES)]
        assert expected == [each for each in expected if each in found]


def test_long_line_runs(container: Container) -> None:
    """A shell line may be longer than what Linux passes as one argument."""
    assert arguments(container, "long") == ["arrived"]


@pytest.mark.parametrize("argument", ["command", "preStartScript"])
def test_unreadable_shell_is_not_built(argument: str) -> None:
    """A mistake in shell fails the build, and the message names service, argument and line."""
    shell = "shopt -s extglob\necho !(a*)\necho $(\n"
    with pytest.raises(AssertionError) as failure:
        build(f"unreadable.{argument}", SERVICE_IMAGES, "--argstr", "hostile", shell)
    message = f'service "unreadable": {argument}: expected valid shell, got a mistake:\n  line '
    assert message in str(failure.value)


def test_hostile_folders_are_entered(container: Container) -> None:
    """chdir, environmentFile and the pre-start script take folders of any name."""
    find = "find /tmp/folders -mindepth 2 -name here -print0"
    wait_until(
        lambda: container.exec("sh", "-c", find).count("\0") == len(FOLDERS),
        30,
        f"some service has not entered its folder:\n{container.logs()}",
    )
    found = {path.split("/")[3] for path in container.exec("sh", "-c", find).split("\0")[:-1]}
    assert set(FOLDERS) == found


def test_open_shell_runs_as_the_user(container: Container) -> None:
    """What leaves a command or pre-start script open never runs as another user."""
    is_done = "ls /var/run/perp | grep -c -E '^(line|pre-start)-.*[.](success|fail)$'"
    wait_until(lambda: container.exec("sh", "-c", is_done) == "6\n", 30, "not all have run")
    assert "nobody\n" == container.exec("stat", "-c", "%U", "/tmp/touched")

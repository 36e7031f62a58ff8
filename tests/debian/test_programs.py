"""Programs of Debian packages run in images as they do on a Debian system.

`make test-debian` runs all of matrix.json; other runs those that are quickly built.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from containers import container_options, engine, load_image, running, wait_until
from debian_images import HERE, Program, build, programs

ALL = "NIXGEN_TEST_DEBIAN"
QUICK = ("nginx-default",)
TIMEOUT = 30.0

pytestmark = [
    pytest.mark.container,
    pytest.mark.nix,
    pytest.mark.usefixtures("own_images"),
]


def _chosen() -> list[str]:
    return sorted(programs()) if os.environ.get(ALL) else list(QUICK)


def _lay_check(folder: Path, program: Program) -> None:
    """Lay out what runs in the container beside the program."""
    busybox = build("busybox", program)
    shutil.copytree(HERE / "check", folder, dirs_exist_ok=True)
    shutil.copytree(busybox / "bin", folder / "bin", symlinks=True)
    shutil.copy(busybox / "bin/busybox", folder / "busybox")
    (folder / "t").mkdir()
    (folder / "t" / f"{program.name}.sh").write_text(program.script())
    folder.chmod(0o755)


@pytest.mark.parametrize("name", _chosen())
def test_a_program_does_what_it_is_for(name: str, tmp_path: Path) -> None:
    """Without network, by its plain name, started and asked as on a Debian system."""
    program = programs()[name]
    image = load_image(build("image.loadedBy.podman", program))
    check = tmp_path / "check"
    _lay_check(check, program)
    runtime, limits = container_options()
    options = (
        *("--rm", "--network", "none", "--tmpfs", "/t:rw,exec,mode=1777", "--hostname", "x.test"),
        *("--volume", f"{check}:/check:ro", "--entrypoint", "/check/busybox", *limits),
    )
    try:
        said = engine("run", *options, image, "sh", "/check/run.sh", name, runtime=runtime)
    finally:
        engine("rmi", "--force", image)
    assert re.search(program.expected, said), said


def test_services_find_programs_by_name_and_by_store_path() -> None:
    """In commands and before them, and so does what is run in the container from outside."""
    redis = programs()["redis"]
    client = build("redis-server", redis) / "bin/redis-cli"
    image = load_image(build("server", redis))
    try:
        with running(image) as container:
            container.wait_for_log("OK\n", TIMEOUT)
            asked = ("get", "greeting")
            for program in ("redis-cli", str(client)):
                assert "prepared\n" == container.exec(program, *asked)
            assert "before as nobody\n" in container.logs()
            wait_until(lambda: container.check_health()[0], TIMEOUT, "the container is not healthy")
    finally:
        engine("rmi", "--force", image)

"""Projects made up for measuring: as many images as asked for, each with five services."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.measure import NIXGEN, REPOSITORY, run

DEFINITIONS = """\
from nixgen import Image, Project, Service, pkgs


def service(image, number):
    folder = "/srv/changed" if image == {changed!r} else f"/srv/{{image}}"
    return Service(
        name=f"service-{{number}}",
        command=f"exec {{pkgs.busybox}}/bin/busybox httpd -f -p {{8000 + number}} -h {{folder}}",
        pre_start_script=f"mkdir -p {{folder}}\\nexport IMAGE={{image}} SEED={seed}\\n",
        environment_file=f"{{pkgs.writeTextFile(name='env', text=f'NUMBER={{number}}')}}",
        after=[f"service-{{number - 1}}"] if number else [],
        one_shot=number == 0,
    )


project = Project(
    images={{
        f"image{{image}}": Image(
            name=f"team{{image % 10}}{seed}/image{{image}}",
            services=[service(image, number) for number in range(5)],
        )
        for image in range({images})
    }}
)
"""


def write_definitions(
    folder: Path, images: int, *, seed: str = "", changed: int | None = None
) -> None:
    """Write images.py; the seed is in every script, and the image `changed` differs."""
    text = DEFINITIONS.format(images=images, seed=seed, changed=changed)
    (folder / "images.py").write_text(text)


def make_project(folder: Path, images: int, *, seed: str = "") -> Path:
    """Make a project of that many images with this checkout's lock, and write its files."""
    folder.mkdir()
    write_definitions(folder, images, seed=seed)
    (folder / ".nixgen").mkdir()
    for file in filter(Path.is_file, (REPOSITORY / ".nixgen").iterdir()):
        shutil.copy2(file, folder / ".nixgen")
    emit(folder)
    return folder


def emit(folder: Path) -> None:
    """Write the project's files."""
    run([*NIXGEN, "emit"], folder)

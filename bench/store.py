"""The bytes that an image takes in the store, in each of its forms."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import nix
from bench.figure import Figure
from bench.measure import MEGABYTE, run
from bench.projects import emit, make_project

IMAGES = """\
from nixgen import Image, Project, Service, pkgs

programs = {{"python": pkgs.python3, "jq": pkgs.jq, "curl": pkgs.curl, "skopeo": pkgs.skopeo}}
services = [
    Service(name=name, command=f"{{program}}/bin/{{name}}") for name, program in programs.items()
]
project = Project(images={{"programs": Image(name="{seed}/programs", services=services)}})
"""

_IS_PART = re.compile("/[0-9a-z]{32}-(image-parts|layer)-")


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Compare what each form adds to the store with one archive of the image's store paths."""
    seed = f"store{secrets.token_hex(4)}"
    project = make_project(scratch / "project", 1)
    (project / "images.py").write_text(IMAGES.format(seed=seed))
    emit(project)
    try:
        yield from _compare(project)
    finally:
        nix.remove_from_store(seed)


def _compare(project: Path) -> Iterator[Figure]:
    image = "dockerImages.programs"
    archive, parts, oci, plain = nix.build(
        project, image, f"{image}.parts.tar", f"{image}.oci", f"{image}.ociUncompressed"
    ).output.split()
    held = (Path(parts) / "paths").read_text().split()
    contents = _tar_size(held, project)
    for name, outputs, at_most in (
        ("archive", [archive], 1.05),
        ("OCI directory with its layers", [oci], None),
        ("OCI directory with its plain layers", [plain], 1.05),
    ):
        added = nix.size({path for output in outputs for path in _made_for(output)})
        against = (
            f"one tar archive of its {len(held)} store paths: "
            f"{added / MEGABYTE:.1f} to {contents / MEGABYTE:.1f} MB"
        )
        yield Figure(name, added / contents, "x", at_most, against=against)


def _made_for(output: str) -> list[str]:
    """Return the output and the layers and parts of images that it needs."""
    return [output, *filter(_IS_PART.search, nix.requisites(output))]


def _tar_size(paths: Sequence[str], folder: Path) -> int:
    """Return the bytes of a tar archive of the store paths."""
    words = ["tar", "--create", "--file=/dev/null", "--totals", "--absolute-names", *paths]
    log = run(words, folder, LC_ALL="C").log
    return int(log.split("Total bytes written: ")[1].split()[0])

"""The bytes that an image takes in the store, in each of its forms."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from bench import nix
from bench.figure import Figure
from bench.measure import MEGABYTE
from bench.projects import emit, make_project

IMAGES = """\
from nixgen import Image, Project, Service, pkgs

programs = {{"python": pkgs.python3, "jq": pkgs.jq, "curl": pkgs.curl, "skopeo": pkgs.skopeo}}
services = [
    Service(name=name, command=f"{{program}}/bin/{{name}}") for name, program in programs.items()
]
project = Project(images={{"programs": Image(name="{seed}/programs", services=services)}})
"""


def figures(scratch: Path, nixpkgs: Path | None) -> Iterator[Figure]:
    """Compare what each form adds to the store with the store paths that are in the image."""
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
    archive, oci, plain = nix.build(
        project, image, f"{image}.oci", f"{image}.ociUncompressed"
    ).output.split()
    layers = [path for path in nix.references(plain) if "-layer-" in path]
    compressed = [path for path in nix.references(oci) if "-layer-" in path]
    held = {path for layer in layers for path in (Path(layer) / "paths").read_text().split()}
    contents = nix.size(held)
    for name, paths, at_most in (
        ("layers", layers, 1.1),
        ("compressed layers", compressed, None),
        ("archive", [archive], 1.1),
        ("OCI directory", [oci], 0.01),
        ("OCI directory of plain layers", [plain], 0.01),
    ):
        added = nix.size(paths)
        against = (
            f"its {len(held)} store paths: {added / MEGABYTE:.1f} to {contents / MEGABYTE:.1f} MB"
        )
        yield Figure(name, added / contents, "x", at_most, against=against)

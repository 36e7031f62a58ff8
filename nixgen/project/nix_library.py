"""The files of the Nix library that projects are given."""

from __future__ import annotations

from pathlib import Path

from nixgen.rules import nix_library

# The images of this repository, and what Python leaves beside scripts when it installs them.
_OTHERS = frozenset({"images", "__pycache__"})


def library_files(folder: Path) -> dict[str, bytes]:
    """Return the library's files by the path that they have in a project's folder.

    There are none for the folder of the library itself: a checkout of nixgen.
    """
    library = nix_library()
    if library.resolve() == (folder / "nix").resolve():
        return {}
    return {
        f"nix/{path.as_posix()}": (library / path).read_bytes()
        for path in sorted(file.relative_to(library) for file in library.rglob("*"))
        if (library / path).is_file() and _OTHERS.isdisjoint(path.parts)
    }

"""Where the Nix library lies that projects are given."""

from __future__ import annotations

from pathlib import Path


def nix_library() -> Path:
    """Return the folder with default.nix, lib, build-support and package-sets.

    It lies inside the installed package, and in a source checkout beside it.
    """
    package = Path(__file__).parent
    installed = package / "nix"
    return installed if installed.is_dir() else package.parent / "nix"


def library_files(folder: Path) -> dict[str, bytes]:
    """Return the library's files by the path that they have in a project's folder.

    There are none for the folder of the library itself: a checkout of nixgen.
    """
    library = nix_library()
    if library.resolve() == (folder / "nix").resolve():
        return {}
    return {
        f"nix/{file.relative_to(library).as_posix()}": file.read_bytes()
        for file in sorted(library.rglob("*"))
        if file.is_file() and file.relative_to(library).parts[0] != "images"
    }

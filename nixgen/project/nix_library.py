"""Where the Nix library lies that projects are given."""

from __future__ import annotations

from pathlib import Path

# The images of this repository, and what Python leaves beside scripts when it installs them.
_OTHERS = frozenset({"images", "__pycache__"})

_CLIENT_FOLDER = "nix/push/python"


def nix_library() -> Path:
    """Return the folder with default.nix and its rooms.

    It lies inside the installed package, and in a source checkout beside it.
    """
    package = Path(__file__).parents[1]
    installed = package / "nix"
    return installed if installed.is_dir() else package.parent / "nix"


def library_files(folder: Path) -> dict[str, bytes]:
    """Return the library's files by the path that they have in a project's folder.

    There are none for the folder of the library itself: a checkout of nixgen.
    """
    library = nix_library()
    if library.resolve() == (folder / "nix").resolve():
        return {}
    own = {
        f"nix/{path.as_posix()}": (library / path).read_bytes()
        for path in sorted(file.relative_to(library) for file in library.rglob("*"))
        if (library / path).is_file() and _OTHERS.isdisjoint(path.parts)
    }
    return own | _registry_client()


def _registry_client() -> dict[str, bytes]:
    """Return the part of this package that push jobs run (nix/push/registryClient.nix)."""
    package = Path(__file__).parents[1]
    files = [package / "errors.py", package / "names.py", *package.glob("registry/*.py")]
    return {
        f"{_CLIENT_FOLDER}/{file.relative_to(package.parent).as_posix()}": file.read_bytes()
        for file in sorted(files)
    }

"""The files of the Nix library that projects are given."""

from __future__ import annotations

from pathlib import Path

from nixgen.rules import nix_library

# The images of this repository, and what Python leaves beside scripts when it installs them.
_OTHERS = frozenset({"images", "__pycache__"})

_CLIENT_FOLDER = "nix/push/python"
_CLIENT_PARTS = ("errors.py", "names.py", "rules.py", "registry/*.py")
_CLIENT_TABLES = ("rules/rules.json",)


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
    package, library = Path(__file__).parents[1], nix_library()
    parts = {
        f"nixgen/{file.relative_to(package).as_posix()}": file
        for pattern in _CLIENT_PARTS
        for file in package.glob(pattern)
    }
    tables = {f"nix/{name}": library / name for name in _CLIENT_TABLES if (library / name).exists()}
    return {
        f"{_CLIENT_FOLDER}/{path}": file.read_bytes()
        for path, file in sorted({**parts, **tables}.items())
    }

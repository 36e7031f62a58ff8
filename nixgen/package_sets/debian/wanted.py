"""What a lock must hold: the packages that the set itself runs, Essential ones, the project's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nixgen.definitions import DebianPackageSet
from nixgen.rules import nix_library


def wanted_packages(package_set: DebianPackageSet) -> list[str]:
    """Return the names of the packages that a lock for the package set is made for, sorted."""
    data = _packages_data()
    own = (name for names in data["packages"].values() for name in names)
    return sorted({*own, *data["base"], *package_set.packages})


def _packages_data() -> Mapping[str, Any]:
    file = nix_library() / "package-sets" / "debian" / "packages.json"
    data: Mapping[str, Any] = json.loads(file.read_bytes())
    return data

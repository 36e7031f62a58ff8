"""What may be wrong with a lock of the debian package set, or with the seed program beside it.

Whatever Nix would stumble over is found here, so that `nixgen packages lock` makes the lock anew.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nixgen.errors import UsageError
from nixgen.programs import apt

# Debian Policy Manual, section 5.6.1
PACKAGE_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
# Debian Policy Manual, section 5.6.12
_VERSION = re.compile(r"[0-9A-Za-z.+:~-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def lock_faults(lock_file: Path, required: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the lock; `required` holds what it must say, by key."""
    try:
        content = json.loads(lock_file.read_bytes())
    except OSError as error:
        yield f"it cannot be read: {error.strerror}"
    except (ValueError, RecursionError):
        yield "it is no JSON"
    else:
        yield from _content_faults(content, required)


def read_seed(file: Path) -> bytes | None:
    """Return the contents of the seed program, None unless it is a file that may be executed."""
    try:
        mode = file.lstat().st_mode
        if stat.S_ISREG(mode) and mode & stat.S_IXUSR:
            return file.read_bytes()
    except OSError:
        return None
    return None


def _content_faults(content: Any, required: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(content, dict):
        yield "it is no JSON object"
        return
    for key, value in required.items():
        if not _is_same(content.get(key), value):
            yield f"what it says of {key} does not hold here"
    packages = content.get("packages")
    if not isinstance(packages, dict):
        yield "it has no packages"
        return
    for name in required.get("wanted", ()):
        if name not in packages:
            yield f"it lacks the package {name}"
    for name, package in packages.items():
        yield from _package_faults(name, package, packages)


def _is_same(given: Any, required: Any) -> bool:
    """Compare as Nix does, to which `true` and `1.0` are no integers."""
    return type(given) is type(required) and bool(given == required)


def _package_faults(name: str, package: Any, packages: Mapping[str, Any]) -> Iterator[str]:
    if not PACKAGE_NAME.fullmatch(name) or not isinstance(package, dict):
        yield f"{name!r} is no package"
        return
    for key, is_right in _PACKAGE_FIELDS.items():
        if not is_right(package.get(key)):
            yield f"the package {name} has no {key} that can be used"
    dependencies = package.get("dependencies")
    for dependency in dependencies if isinstance(dependencies, list) else ():
        if not isinstance(dependency, str) or dependency not in packages:
            yield f"it lacks the package {dependency}, which {name} needs"


def _is_like(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_address(value: Any) -> bool:
    try:
        return isinstance(value, str) and apt.to_plain_address(value) == value
    except (UsageError, ValueError):
        return False


def _is_size(value: Any) -> bool:
    return type(value) is int and value >= 0


_PACKAGE_FIELDS: Mapping[str, Callable[[Any], bool]] = {
    "version": _is_like(_VERSION),
    "address": _is_address,
    "sha256": _is_like(_SHA256),
    "installedSize": _is_size,
    "dependencies": lambda value: isinstance(value, list),
}

"""What a lock may say: the version of its format, the architectures, the form of each value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from platform import machine
from typing import Any

from nixgen.names import unmet_debian_package_rule

SCHEMA_VERSION = 2
NIX_SYSTEMS = {"amd64": "x86_64-linux", "arm64": "aarch64-linux"}
"""Nix's names of the systems, by Debian's names of the architectures."""

# Debian Policy Manual, section 5.6.12
_VERSION = re.compile(r"[0-9A-Za-z.+:~-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[a-z0-9][a-z0-9.+/-]*")
_PATH = re.compile(r"(?!.*(^|/)\.\.?(/|$))[0-9A-Za-z._+~-][0-9A-Za-z._+~/-]*\.deb")
_SNAPSHOT = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_ADDRESS = re.compile(r"https?://[^@\s?#]+")


def native_architecture() -> str | None:
    """Return Debian's name of this machine's architecture, None where the set is not for it."""
    system = f"{machine()}-linux"
    return next((name for name, each in NIX_SYSTEMS.items() if each == system), None)


def is_package_name(value: Any) -> bool:
    """Tell whether a value is the name of a Debian package."""
    return isinstance(value, str) and unmet_debian_package_rule(value) is None


def _is_like(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_size(value: Any) -> bool:
    return type(value) is int and value >= 0


is_sha256 = _is_like(_SHA256)
"""Tell whether a value is a SHA-256 in hexadecimal."""


def is_archive(value: Any) -> bool:
    """Tell whether a value says where an archive is found."""
    if not isinstance(value, dict):
        return False
    address = value.get("address")
    return _is_like(_SNAPSHOT)(value.get("snapshot")) or _is_like(_ADDRESS)(address)


PACKAGE_FIELDS: Mapping[str, Callable[[Any], bool]] = {
    "version": _is_like(_VERSION),
    "archive": _is_like(_WORD),
    "path": _is_like(_PATH),
    "sha256": is_sha256,
    "size": _is_size,
    "installedSize": _is_size,
    "architecture": _is_like(_WORD),
    "section": _is_like(_WORD),
    "priority": _is_like(_WORD),
    "essential": lambda value: isinstance(value, bool),
    "preDepends": lambda value: isinstance(value, list),
    "depends": lambda value: isinstance(value, list),
}

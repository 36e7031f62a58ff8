"""What a registry answers, and what its refusals mean."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from nixgen.errors import RegistryError
from nixgen.registry.address import Registry
from nixgen.registry.retry import TransientError

_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_NO_SPACE = 28  # ENOSPC, as the registry's file system driver passes it on
_LONGEST_EXCERPT = 300


@frozen
class Answer:
    """The answer to one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def failure(registry: Registry, action: str, answer: Answer) -> RegistryError:
    """Return the error for an answer that is not the one wanted.

    `action` says what was being done, such as "uploading a blob of locksmith/worker".
    """
    said = _excerpt(answer)
    where = f"{registry}: {action}"
    if answer.status == 401:
        return RegistryError(
            f"{where}: the registry does not accept the user name and password{said}\n"
            "  set REGISTRY_USERNAME and REGISTRY_PASSWORD, or log in: "
            f"podman login {registry.host}"
        )
    if answer.status == 403:
        return RegistryError(f"{where}: not allowed for this user{said}")
    if answer.status == 405:
        return RegistryError(f"{where}: the registry is read-only{said}")
    if _disk_is_full(answer):
        return RegistryError(f"{where}: the registry's disk is full{said}")
    message = f"{where}: the registry answered with status {answer.status}{said}"
    if answer.status in _TRANSIENT:
        return TransientError(message, _retry_after(answer))
    return RegistryError(message)


def _retry_after(answer: Answer) -> float | None:
    """Return the seconds of Retry-After; a date, the other form of it, is not used."""
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None


def _errors(answer: Answer) -> list[dict[str, Any]]:
    with contextlib.suppress(ValueError, LookupError, TypeError):
        return [dict(error) for error in json.loads(answer.body)["errors"]]
    return []


def _disk_is_full(answer: Answer) -> bool:
    if answer.status == 507 or b"no space left on device" in answer.body:
        return True
    details = [error.get("detail") for error in _errors(answer)]
    enclosed = [detail.get("Enclosed") for detail in details if isinstance(detail, dict)]
    return any(isinstance(item, dict) and item.get("Err") == _NO_SPACE for item in enclosed)


def _excerpt(answer: Answer) -> str:
    said = "; ".join(
        f"{error.get('code', '')}: {error.get('message', '')}".strip(": ")
        for error in _errors(answer)
    )
    return f" ({said[:_LONGEST_EXCERPT]})" if said else ""

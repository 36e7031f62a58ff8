"""What a registry answers, and what its refusals mean."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from nixgen.errors import RegistryError
from nixgen.registry.address import Registry
from nixgen.registry.headers import retry_after
from nixgen.registry.retry import TransientError

_TRANSIENT = {408, 409, 423, 425, 429}
_LASTING = {501, 505, 507, 508, 510, 511}  # of those that servers answer in trouble of their own
_NO_SPACE = 28  # ENOSPC, as the registry's file system driver passes it on
_LONGEST_EXCERPT = 300


class Refusal(Enum):
    """Why a registry does not do what it was asked, as far as it lies with the user."""

    NO_CREDENTIALS = "no credentials"
    WRONG_CREDENTIALS = "wrong credentials"
    TOO_FEW_RIGHTS = "too few rights"
    UNKNOWN_SCHEME = "unknown scheme"
    OTHER_SERVER = "other server"


@dataclass(frozen=True)
class Access:
    """What is known about a refusal; `searched` says where credentials were looked for.

    `detail` names what it is about: the scheme that is not known, or the other server.
    """

    refusal: Refusal
    searched: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Answer:
    """The answer to one request; `url` is where it came from, after all redirections."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str = ""
    access: Access | None = field(default=None, compare=False)

    @property
    def is_success(self) -> bool:
        """Whether the registry did what was asked: the class of its status counts (RFC 9110)."""
        return 200 <= self.status < 300

    @property
    def is_for_others(self) -> bool:
        """Whether the registry knows the user, and answers this question to others alone.

        Some say so of repositories that are not there yet.
        """
        known = self.access is not None and self.access.refusal is Refusal.TOO_FEW_RIGHTS
        return self.status == 403 or (self.status == 401 and known)

    @property
    def is_passing(self) -> bool:
        """Whether the same question may be answered better after a while."""
        if self.status >= 500:
            return self.status not in _LASTING
        return self.status in _TRANSIENT

    @property
    def is_missing(self) -> bool:
        """Whether there is no such thing."""
        return self.status in (404, 410)

    @property
    def is_refusal(self) -> bool:
        """Whether the registry knows who asks, and will not answer this question, however often."""
        return self.is_for_others or (
            self.status >= 400 and self.status != 401 and not self.is_passing
        )

    @property
    def error_codes(self) -> set[str]:
        """The codes of the errors in the body, as the distribution specification has them."""
        return {str(error.get("code", "")) for error in _errors(self)}


def failure(registry: Registry, action: str, answer: Answer) -> RegistryError:
    """Return the error for an answer that is not the one wanted.

    `action` says what was being done, such as "uploading a blob of locksmith/worker".
    """
    said = _excerpt(answer)
    where = f"{registry}: {action}"
    if answer.status in (401, 403):
        return _refused(registry, where, answer, said)
    if answer.status == 405:
        return RegistryError(f"{where}: the registry is read-only{said}")
    if answer.status == 413:
        return RegistryError(
            f"{where}: the registry, or a proxy before it, takes no request of this size{said}",
            "have its limit raised (nginx: client_max_body_size)",
        )
    if _disk_is_full(answer):
        return RegistryError(f"{where}: the registry's disk is full{said}")
    message = f"{where}: the registry answered with status {answer.status}{said}"
    if answer.is_passing:
        return TransientError(message, retry_after(answer.headers.get("Retry-After")))
    return RegistryError(message)


def _refused(registry: Registry, where: str, answer: Answer, said: str) -> RegistryError:
    usual = Refusal.WRONG_CREDENTIALS if answer.status == 401 else Refusal.TOO_FEW_RIGHTS
    access = answer.access or Access(usual)
    searched = f"; {access.searched}" if access.searched else ""
    log_in = registry.remedies.credentials.format(host=registry.host)
    match access.refusal:
        case Refusal.NO_CREDENTIALS:
            what, remedy = "the registry asks for a user name and password", log_in
        case Refusal.WRONG_CREDENTIALS:
            what, remedy = "the registry does not accept the user name and password", log_in
        case Refusal.TOO_FEW_RIGHTS:
            what = "not allowed for this user"
            remedy = f"have this right given to the user, or for one who has it: {log_in}"
        case Refusal.UNKNOWN_SCHEME:
            what = f"the registry wants to be told who asks by {access.detail} alone"
            remedy = "have it offer Basic or Bearer besides"
        case Refusal.OTHER_SERVER:
            what = f"the registry sent its client to {access.detail}, which asks for credentials"
            remedy = f"use {access.detail} as the registry, if it is the one meant"
    return RegistryError(f"{where}: {what}{said}{searched}", remedy)


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

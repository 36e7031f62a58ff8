"""Blobs of repositories: whether they are there, and how they get there.

Source: the OCI distribution specification, "Pulling blobs", "Pushing Blobs" and "Mounting a blob
from another repository".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO, Any
from urllib.parse import quote, urlsplit, urlunsplit

from nixgen.errors import RegistryError
from nixgen.registry.answers import Answer, failure
from nixgen.registry.heads import Heads
from nixgen.registry.layout import Blob
from nixgen.registry.retry import Retry, StoppedError, TransientError
from nixgen.registry.scopes import Scopes, joined, pull, push
from nixgen.registry.transport import Transport

_BYTES = {"Content-Type": "application/octet-stream"}
_LOST = (404, 416)
_LOST_CODES = {"BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "SIZE_INVALID"}
_NOT_BY_PATCH = (400, 405, 406, 411, 415, 422, 501)
_MOST_LOST = 2

CountBytes = Callable[[int], None]
"""Told how many bytes of a blob have just been read for sending; fewer than 0 are taken back."""


@dataclass(frozen=True)
class _Mount:
    """What became of a mount: done, an upload begun in its place, or trouble that may pass."""

    done: bool = False
    session: str | None = None
    in_trouble: bool = False


class Blobs:
    """The blobs of one registry's repositories, as far as it lets them be placed."""

    def __init__(self, transport: Transport, heads: Heads, retry: Retry) -> None:
        self._transport = transport
        self._heads = heads
        self._retry = retry
        self._takes_patch = True
        self._lost = 0

    def has(self, repository: str, digest: str) -> bool:
        """Return whether the repository has the blob; False too when it does not say.

        Raises TransientError or RegistryError.
        """
        path = f"/v2/{repository}/blobs/{digest}"

        def is_the_blob(url: str) -> bool:
            return urlsplit(url).path.endswith(path)

        how: dict[str, Any] = {
            "repository": repository,
            "scopes": pull(repository),
            "follow": is_the_blob,
        }
        answer = self._heads.ask(path, **how)
        if answer is None:
            first = {"Range": "bytes=0-0"}
            answer = self._transport.request("GET", path, headers=first, read=False, **how)
        if answer.is_passing or (answer.status == 401 and not answer.is_for_others):
            raise failure(self._transport.registry, f"looking for a blob of {repository}", answer)
        # A redirection leads to where the blob lies.
        leads_there = 300 <= answer.status < 400 and "Location" in answer.headers
        return answer.is_success or leads_there or answer.status == 416

    def place(self, repository: str, blob: Blob, source: str | None, count: CountBytes) -> bool:
        """Mount the blob from the repository `source`, or upload it; return whether it was sent.

        Raises TransientError when it is worth to begin anew, else RegistryError.
        """
        mount = self._mount(repository, blob, source) if source else _Mount()
        if source and mount.in_trouble:
            # Bytes are sent only when mounts fail while uploads work.
            session = self._begin(repository)
            mount = self._mount(repository, blob, source)
            mount = replace(mount, session=mount.session or session)
        if mount.done:
            return False
        self._upload(mount.session or self._begin(repository), repository, blob, count)
        return True

    def _mount(self, repository: str, blob: Blob, source: str) -> _Mount:
        query = f"mount={quote(blob.digest, safe='')}&from={quote(source, safe='')}"
        scopes = joined([*push(repository), *pull(source)])
        try:
            answer = self._post(repository, f"?{query}", scopes)
        except (StoppedError, TransientError) as error:
            if isinstance(error, StoppedError):
                raise
            return _Mount(in_trouble=True)
        except RegistryError:  # no token for both repositories
            return _Mount()
        if not answer.is_success:
            return _Mount(in_trouble=answer.is_passing)
        if "/uploads/" in answer.headers.get("Location", "") or answer.status == 202:
            return _Mount(session=self._given_session(answer, repository))
        return _Mount(done=answer.status == 201 or self.has(repository, blob.digest))

    def _begin(self, repository: str) -> str:
        """Return the URL of a new upload."""
        answer = self._post(repository, "", push(repository))
        if not answer.is_success:
            raise self._failure(answer, repository)
        return self._session(answer, repository)

    def _post(self, repository: str, query: str, scopes: Scopes) -> Answer:
        path = f"/v2/{repository}/blobs/uploads/{query}"
        none = {"Content-Length": "0"}
        return self._transport.request(
            "POST", path, repository=repository, scopes=scopes, headers=none
        )

    def _session(self, answer: Answer, repository: str) -> str:
        session = self._given_session(answer, repository)
        if session is None:
            raise RegistryError(
                f"{self._transport.registry}: {_action(repository)}: "
                "the answer is not that of a registry"
            )
        return session

    def _given_session(self, answer: Answer, repository: str) -> str | None:
        """Return the URL of the upload that an answer is about, if it names one."""
        location = answer.headers.get("Location", "").strip()
        identifier = answer.headers.get("Docker-Upload-UUID")
        if not location and identifier:
            location = f"/v2/{repository}/blobs/uploads/{quote(identifier, safe='')}"
        return self._transport.resolve(location, answer.url) if location else None

    def _upload(self, session: str, repository: str, blob: Blob, count: CountBytes) -> None:
        with blob.file.open("rb") as file:
            content: _CountedFile | None = _CountedFile(file, count, self._retry.check_stop)
            size = {**_BYTES, "Content-Length": str(blob.size)}
            how: dict[str, Any] = {"repository": repository, "scopes": push(repository)}
            if self._takes_patch:
                answer = self._transport.request(
                    "PATCH", session, headers=size, body=content, **how
                )
                if not answer.is_success:
                    raise self._patch_failure(answer, repository)
                if answer.headers.get("Location"):
                    session = self._session(answer, repository)
                content, size = None, {**_BYTES, "Content-Length": "0"}
            closing = _with_digest(session, blob.digest)
            answer = self._transport.request("PUT", closing, headers=size, body=content, **how)
        if not answer.is_success:
            raise self._closing_failure(answer, repository)
        self._lost = 0

    def _patch_failure(self, answer: Answer, repository: str) -> RegistryError:
        if answer.status in _LOST:
            return self._lose(repository)
        if answer.status in _NOT_BY_PATCH:
            # The specification knows uploads of one request besides.
            self._takes_patch = False
            return TransientError(
                f"{self._transport.registry}: {_action(repository)}: the registry takes no PATCH",
                pause=0,
            )
        return self._failure(answer, repository)

    def _closing_failure(self, answer: Answer, repository: str) -> RegistryError:
        if answer.status in _LOST or answer.error_codes & _LOST_CODES:
            return self._lose(repository)
        return self._failure(answer, repository)

    def _lose(self, repository: str) -> TransientError:
        """Note that an upload was lost; where all of them are, the other way may work."""
        self._lost += 1
        if self._lost >= _MOST_LOST:
            self._takes_patch = False
        return TransientError(
            f"{self._transport.registry}: {_action(repository)}: the upload was lost"
        )

    def _failure(self, answer: Answer, repository: str) -> RegistryError:
        return failure(self._transport.registry, _action(repository), answer)


class _CountedFile:
    """A file that is being sent: tells how much was read, and gives up when asked to."""

    def __init__(self, file: IO[bytes], count: CountBytes, check_stop: Callable[[], None]) -> None:
        self._file = file
        self._count = count
        self._check_stop = check_stop

    def read(self, size: int = -1) -> bytes:
        self._check_stop()
        block = self._file.read(size)
        self._count(len(block))
        return block

    def rewind(self) -> None:
        """Begin anew."""
        self._count(-self._file.tell())
        self._file.seek(0)


def _action(repository: str) -> str:
    return f"uploading a blob to {repository}"


def _with_digest(session: str, digest: str) -> str:
    """Return the URL that ends an upload; what the registry wrote into it stays as it is."""
    split = urlsplit(session)
    kept = [part for part in split.query.split("&") if part and not part.startswith("digest=")]
    return urlunsplit(split._replace(query="&".join([*kept, f"digest={quote(digest, safe='')}"])))

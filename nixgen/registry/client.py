"""The registry protocol: manifests, tags and blobs of repositories.

Source: the OCI distribution specification.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import partial
from typing import IO
from urllib.parse import quote

from nixgen.errors import RegistryError
from nixgen.registry.answers import Answer, failure
from nixgen.registry.authentication import Scopes
from nixgen.registry.layout import Blob, Layout
from nixgen.registry.retry import Retry, TransientError
from nixgen.registry.transport import Transport

_MANIFEST_TYPES = ", ".join(
    [
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ]
)
_PAGE = 1000

CountBytes = Callable[[int], None]
"""Told how many bytes of a blob have just been read for sending."""


class Client:
    """What can be asked of one registry. Every method tries again as `retry` says.

    Repositories are names within the registry, its own path included. Methods raise RegistryError.
    """

    def __init__(self, transport: Transport, retry: Retry) -> None:
        self._transport = transport
        self._retry = retry

    def connect(self) -> None:
        """Find out that the registry is there and accepts the credentials."""
        self._retry(self._transport.connect)

    def manifest_digest(self, repository: str, reference: str) -> str | None:
        """Return the digest of what a tag or digest names, or None when there is no such thing."""

        def ask() -> str | None:
            path = f"/v2/{repository}/manifests/{reference}"
            headers = {"Accept": _MANIFEST_TYPES}
            answer = self._request("HEAD", path, _pull(repository), headers=headers)
            if answer.status == 404:
                return None
            self._expect(answer, (200,), f"looking for {repository}:{reference}")
            if digest := answer.headers.get("Docker-Content-Digest"):
                return str(digest)
            answer = self._request("GET", path, _pull(repository), headers=headers)
            self._expect(answer, (200,), f"reading {repository}:{reference}")
            return "sha256:" + hashlib.sha256(answer.body).hexdigest()

        return self._retry(ask)

    def put_manifest(self, repository: str, tag: str, layout: Layout) -> None:
        """Give the image the tag; its blobs must be in the repository."""

        def put() -> None:
            path = f"/v2/{repository}/manifests/{tag}"
            headers = {"Content-Type": layout.media_type}
            answer = self._request(
                "PUT", path, _push(repository), headers=headers, body=layout.manifest
            )
            self._expect(answer, (200, 201, 202), f"putting the tag {repository}:{tag}")

        self._retry(put)

    def tags(self, repository: str) -> list[str]:
        """Return all tags of a repository, none when there is no such repository."""
        found: list[str] = []
        path: str | None = f"/v2/{repository}/tags/list?n={_PAGE}"
        while path:
            page, path = self._retry(partial(self._tags_page, repository, path))
            found += page
        return found

    def _tags_page(self, repository: str, path: str) -> tuple[list[str], str | None]:
        answer = self._request("GET", path, _pull(repository))
        if answer.status == 404:
            return [], None
        self._expect(answer, (200,), f"listing the tags of {repository}")
        following = re.match(r"<([^>]+)>", answer.headers.get("Link", ""))
        try:
            return json.loads(answer.body)["tags"] or [], following and following[1]
        except (ValueError, LookupError, TypeError):
            raise self._nonsense(f"listing the tags of {repository}") from None

    def has_blob(self, repository: str, digest: str) -> bool:
        """Return whether the repository has the blob."""
        return self._retry(lambda: self._has_blob(repository, digest))

    def _has_blob(self, repository: str, digest: str) -> bool:
        answer = self._request("HEAD", f"/v2/{repository}/blobs/{digest}", _pull(repository))
        if answer.status == 404:
            return False
        # A redirection leads to where the blob lies.
        self._expect(answer, (200, 301, 302, 303, 307, 308), f"looking for a blob of {repository}")
        return True

    def place_blob(
        self, repository: str, blob: Blob, source: str | None, count: CountBytes
    ) -> bool:
        """Bring a blob that was missing into the repository; return whether it was sent.

        It is mounted from the repository `source`, when the registry agrees, and else uploaded.
        After a failure the registry is asked again before any byte is sent again.
        """
        attempts = 0

        def place() -> bool:
            nonlocal attempts
            attempts += 1
            if attempts > 1 and self._has_blob(repository, blob.digest):
                return True
            return self._place(repository, blob, source, count)

        return self._retry(place)

    def _place(self, repository: str, blob: Blob, source: str | None, count: CountBytes) -> bool:
        action = f"uploading a blob to {repository}"
        scopes = _push(repository)
        query = ""
        if source:
            scopes += _pull(source)
            query = f"?mount={quote(blob.digest, safe='')}&from={quote(source, safe='')}"
        answer = self._request("POST", f"/v2/{repository}/blobs/uploads/{query}", scopes)
        if answer.status == 201:
            return False
        self._expect(answer, (202,), action)
        with blob.file.open("rb") as file:
            answer = self._request(
                "PATCH",
                self._location(answer, action),
                scopes,
                headers={
                    "Content-Type": "application/octet-stream",
                    "Content-Length": str(blob.size),
                },
                body=_CountedFile(file, count, self._retry.check_stop),
            )
        self._expect_upload(answer, (202,), action)
        location = self._location(answer, action)
        joint = "&" if "?" in location else "?"
        closing = f"{location}{joint}digest={quote(blob.digest, safe='')}"
        answer = self._request("PUT", closing, scopes, headers={"Content-Length": "0"})
        self._expect_upload(answer, (201, 204), action)
        return True

    def _expect_upload(self, answer: Answer, wanted: tuple[int, ...], action: str) -> None:
        if answer.status in (404, 416):
            raise TransientError(f"{self._transport.registry}: {action}: the upload was lost")
        self._expect(answer, wanted, action)

    def _location(self, answer: Answer, action: str) -> str:
        location = answer.headers.get("Location")
        if location is None:
            raise self._nonsense(action)
        return location

    def _nonsense(self, action: str) -> RegistryError:
        return RegistryError(
            f"{self._transport.registry}: {action}: the answer is not that of a registry"
        )

    def _request(
        self,
        method: str,
        path: str,
        scopes: Scopes,
        *,
        headers: dict[str, str] | None = None,
        body: object = None,
    ) -> Answer:
        return self._transport.request(method, path, scopes=scopes, headers=headers, body=body)

    def _expect(self, answer: Answer, wanted: tuple[int, ...], action: str) -> None:
        if answer.status not in wanted:
            raise failure(self._transport.registry, action, answer)


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


def _pull(repository: str) -> Scopes:
    return (f"repository:{repository}:pull",)


def _push(repository: str) -> Scopes:
    return (f"repository:{repository}:pull,push",)

"""The registry protocol: manifests, tags and blobs of repositories.

Source: the OCI distribution specification.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from nixgen.errors import RegistryError
from nixgen.registry.answers import Answer, failure
from nixgen.registry.blobs import Blobs, CountBytes
from nixgen.registry.heads import Heads
from nixgen.registry.layout import MANIFEST_TYPES, Blob, Manifest
from nixgen.registry.retry import Retry, StoppedError, TransientError
from nixgen.registry.scopes import pull, push
from nixgen.registry.tag_list import TagList
from nixgen.registry.tokens import RefusedScopeError
from nixgen.registry.transport import Transport

_ACCEPT = {"Accept": ", ".join(MANIFEST_TYPES)}
_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_MISSING_BLOB = {"BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"}
_REFUSED_FORM = {"MANIFEST_INVALID", "TAG_INVALID", "UNSUPPORTED"}
_PAGE = 1000  # how many tags are asked for at once
_MAY_REFUSE_FORM = (400, 404, 405, 406, 415, 422, 501)


class RefusedFormError(RegistryError):
    """The registry does not take manifests of this form."""


class MissingBlobError(TransientError):
    """The registry does not find a blob of a manifest; a little later it may."""


class UnreadableError(RegistryError):
    """The registry says to this user what a tag names neither now nor later."""


class Client:
    """What can be asked of one registry. Every method tries again as `retry` says.

    Repositories are names within the registry, its own path included. Methods raise RegistryError.
    """

    def __init__(self, transport: Transport, retry: Retry) -> None:
        self._transport = transport
        self._retry = retry
        self._heads = Heads(transport)
        self._blobs = Blobs(transport, self._heads, retry)

    def connect(self, repository: str = "") -> None:
        """Find out that the registry is there and knows the user, for a repository if given.

        What it says besides is no reason to give up: other questions may be answered.
        """
        answers: list[Answer] = []

        def ask() -> None:
            answers.clear()
            answers.append(self._transport.connect(repository))
            if answers[-1].is_passing:
                raise failure(self._transport.registry, "looking for its protocol", answers[-1])

        try:
            self._retry(ask)
        except RefusedScopeError:
            return
        except TransientError:
            if not answers:
                raise

    def manifest_digest(self, repository: str, reference: str) -> str | None:
        """Return the digest of what a tag or digest names, or None when there is no such thing."""

        return self._retry(lambda: self._ask_digest(repository, reference))

    def _ask_digest(self, repository: str, reference: str, *, strict: bool = True) -> str | None:
        answer = self._heads.ask(
            _path(repository, reference),
            repository=repository,
            scopes=pull(repository),
            headers=_ACCEPT,
        )
        if answer and answer.is_missing:
            return None
        if answer and answer.is_success and (digest := _digest(answer)):
            return digest
        return self._read_digest(repository, reference, strict=strict)

    def known_digest(self, repository: str, reference: str) -> str | None:
        """Return the digest like manifest_digest, and None too where the registry does not say.

        Who may push may not be allowed to ask before there is something.
        """

        def ask() -> str | None:
            try:
                return self._ask_digest(repository, reference, strict=False)
            except RefusedScopeError:
                return None

        return self._retry(ask)

    def _read_digest(self, repository: str, reference: str, *, strict: bool = True) -> str | None:
        """Return the digest of the manifest itself, whatever the registry says of it."""
        path = _path(repository, reference)
        answer = self._transport.request(
            "GET", path, repository=repository, scopes=pull(repository), headers=_ACCEPT
        )
        if answer.is_missing or (answer.is_refusal and not strict):
            return None
        action = f"looking for {repository}:{reference}"
        if answer.is_refusal:
            raise UnreadableError(str(failure(self._transport.registry, action, answer)))
        self._expect(answer, action)
        return "sha256:" + hashlib.sha256(answer.body).hexdigest()

    def find_digest(self, repository: str, reference: str) -> str | None:
        """Return the digest like manifest_digest, and believe the manifest itself alone.

        A registry that denies by HEAD what it has is asked again by GET.
        """
        found = self.manifest_digest(repository, reference)
        return found or self._retry(lambda: self._read_digest(repository, reference))

    def await_digest(self, repository: str, tag: str, digest: str) -> None:
        """Wait until the tag names the digest: some registries show it a while after it was put.

        Raises UnreadableError when the user may not ask.
        """

        def read() -> None:
            try:
                if self._ask_digest(repository, tag) == digest:
                    return
            except RefusedScopeError as error:
                raise UnreadableError(str(error)) from None
            if (found := self._read_digest(repository, tag)) != digest:
                raise TransientError(
                    f"{repository}:{tag}: expected the digest {digest} "
                    f"after the push, got {found or 'no such tag'}"
                )

        self._retry(read)

    def put_manifest(self, repository: str, tag: str, manifest: Manifest) -> None:
        """Give the image the tag; its blobs must be in the repository.

        Raises RefusedFormError when the registry may take another form of the manifest,
        MissingBlobError when it does not find a blob.
        """

        def put() -> None:
            answer = self._transport.request(
                "PUT",
                _path(repository, tag),
                repository=repository,
                scopes=push(repository),
                headers={"Content-Type": manifest.media_type},
                body=manifest.content,
            )
            if not answer.is_success:
                raise self._put_failure(answer, f"putting the tag {repository}:{tag}")

        self._retry(put)

    def _put_failure(self, answer: Answer, action: str) -> RegistryError:
        error = failure(self._transport.registry, action, answer)
        codes = answer.error_codes
        if codes & _MISSING_BLOB:
            return MissingBlobError(str(error))
        refused = not codes and answer.status in _MAY_REFUSE_FORM
        if refused or answer.status == 415 or codes & _REFUSED_FORM:
            return RefusedFormError(str(error))
        return error

    def tags(self, repository: str) -> list[str]:
        """Return all tags of a repository, none when there is no such repository."""
        return TagList(self._transport, self._retry, repository, _PAGE).read()

    def has_blob(self, repository: str, digest: str) -> bool:
        """Return whether the repository has the blob; False too when it does not say."""
        try:
            return self._retry(lambda: self._blobs.has(repository, digest))
        except (RefusedScopeError, TransientError):
            return False

    def find_holder(self, repositories: Iterable[str], digest: str) -> str | None:
        """Return the first of the repositories that has the blob, or None.

        Nothing depends on the answer: where one cannot be asked, that is the end of it.
        """
        for repository in repositories:
            try:
                if self._blobs.has(repository, digest):
                    return repository
            except StoppedError:
                raise
            except RegistryError:
                return None
        return None

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
            if attempts > 1 and self._blobs.has(repository, blob.digest):
                return True
            return self._blobs.place(repository, blob, source, count)

        return self._retry(place)

    def _expect(self, answer: Answer, action: str) -> None:
        if not answer.is_success:
            raise failure(self._transport.registry, action, answer)


def _path(repository: str, reference: str) -> str:
    return f"/v2/{repository}/manifests/{reference}"


def _digest(answer: Answer) -> str | None:
    """Return the digest that the header holds, if it can be one."""
    digest = answer.headers.get("Docker-Content-Digest", "").strip().lower()
    return digest if _DIGEST.fullmatch(digest) else None

"""Push images: every blob once, every tag last, and nothing that the registry already has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

from nixgen.errors import RegistryError, UsageError, remedy_lines
from nixgen.registry.blobs import CountBytes
from nixgen.registry.client import Client, MissingBlobError, RefusedFormError, UnreadableError
from nixgen.registry.layout import Blob, Layout, Manifest
from nixgen.registry.retry import Retry, StoppedError

T = TypeVar("T")
R = TypeVar("R")
_Place = tuple[str, str]  # a repository and a blob's digest
_WORTH_ASKING = 1 << 20  # the size in bytes from which other repositories are asked for a blob


@dataclass(frozen=True)
class ImagePush:
    """An image to push: its attribute in the project, its repository and its tags there.

    `form` is that of its manifest, `oci` or `docker`; None leaves it to the registry.
    """

    attribute: str
    repository: str
    tags: tuple[str, ...]
    layout: Layout
    form: str | None = None

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """What its tags may name, the best first. Raises UsageError when there is none."""
        forms = self.layout.forms
        allowed = tuple(each for each in forms if self.form in (None, each.form))
        if not allowed:
            raise UsageError(
                f"{self.attribute}: --format: expected {forms[0].form}, got {self.form}",
                "the image cannot be written in the other form",
            )
        return allowed


@dataclass(frozen=True)
class Pushed:
    """What became of an image: the tags that were put and the bytes of its blobs.

    All its tags name the manifest. `sent` bytes were uploaded, `mounted` taken over from another
    repository, `present` already there.
    """

    image: ImagePush
    manifest: Manifest
    put_tags: tuple[str, ...] = ()
    sent: int = 0
    mounted: int = 0
    present: int = 0

    @property
    def status(self) -> str:
        """`pushed` with its layers, `tagged` without sending any, or `unchanged`."""
        if self.sent or self.mounted:
            return "pushed"
        return "tagged" if self.put_tags else "unchanged"


@dataclass(frozen=True)
class _Found:
    """What the tags of an image are to name, and which of them the registry lacks."""

    manifest: Manifest
    missing: tuple[str, ...]


class Pusher:
    """Pushes images through one client, with as many requests at a time as `jobs` says.

    `siblings` are repositories that may hold large blobs, which are then mounted from there.
    The first failure ends the whole push: no image gets a tag before all blobs of all images are in
    place, and the next push goes on with what has arrived by then.
    """

    def __init__(
        self,
        client: Client,
        retry: Retry,
        *,
        jobs: int = 4,
        dry_run: bool = False,
        siblings: Sequence[str] = (),
        count: CountBytes = lambda size: None,
    ) -> None:
        self._client = client
        self._notify = retry.notify
        self._stop = retry.stop
        self._refused: set[str] = set()
        self._jobs = jobs
        self._dry_run = dry_run
        self._siblings = siblings
        self._count = count

    def push(self, images: Sequence[ImagePush]) -> list[Pushed]:
        """Push the images and return what became of each, in the same order.

        In a dry run the registry is asked the same questions, and nothing is changed there.
        Raises RegistryError.
        """
        if not images:
            return []
        self._client.connect(images[0].repository)
        found = dict(zip(images, self._map(self._look, images), strict=True))
        incomplete = [image for image in images if found[image].missing == image.tags]
        complete = [image for image in images if found[image].missing != image.tags]
        sent, mounted = self._place_blobs(incomplete, complete)
        manifests = self._map(lambda image: self._put_tags(image, found[image]), images)
        return [
            _account(image, manifest, found[image].missing, sent, mounted)
            for image, manifest in zip(images, manifests, strict=True)
        ]

    def _look(self, image: ImagePush) -> _Found:
        """Return what the image's tags are to name, and which of them do not."""
        named = {tag: self._client.known_digest(image.repository, tag) for tag in image.tags}
        known = (each for each in image.manifests if each.digest in named.values())
        manifest = next(known, image.manifests[0])
        missing = tuple(tag for tag, digest in named.items() if digest != manifest.digest)
        return _Found(manifest, missing)

    def _place_blobs(
        self, incomplete: Iterable[ImagePush], complete: Iterable[ImagePush]
    ) -> tuple[set[_Place], set[_Place]]:
        """Bring all blobs of the incomplete images where they belong.

        Returns the places that were uploaded to, and those that were served by mounting.
        """
        wanted = _places(incomplete)
        found = self._map(lambda place: self._client.has_blob(*place), wanted)
        absent = [place for place, there in zip(wanted, found, strict=True) if not there]
        holders = {digest: repository for repository, digest in _places(complete)}
        holders |= {digest: repository for repository, digest in set(wanted) - set(absent)}
        holders |= self._look_at_siblings(
            {place[1] for place in absent if wanted[place].size >= _WORTH_ASKING} - holders.keys()
        )

        first = {digest: place for place in reversed(absent) if (digest := place[1]) not in holders}
        uploads = sorted(first.values(), key=lambda place: -wanted[place].size)
        self._map(lambda place: self._place(place, wanted[place], None), uploads)
        holders |= {digest: repository for repository, digest in uploads}

        mounts = [place for place in absent if place not in set(uploads)]
        refused = self._map(lambda place: self._place(place, wanted[place], holders), mounts)
        sent = {place for place, was_sent in zip(mounts, refused, strict=True) if was_sent}
        return sent.union(uploads), set(mounts) - sent

    def _look_at_siblings(self, digests: Iterable[str]) -> dict[str, str]:
        """Return which of the siblings holds each of the blobs, as far as one does."""
        wanted = sorted(digests) if self._siblings else []
        found = self._map(lambda digest: self._client.find_holder(self._siblings, digest), wanted)
        return {digest: holder for digest, holder in zip(wanted, found, strict=True) if holder}

    def _place(self, place: _Place, blob: Blob, holders: dict[str, str] | None) -> bool:
        if self._dry_run:
            return holders is None
        source = holders[blob.digest] if holders else None
        return self._client.place_blob(place[0], blob, source, self._count)

    def _put_tags(self, image: ImagePush, found: _Found) -> Manifest:
        """Put the missing tags and read all back; return the manifest that they name."""
        if self._dry_run or not found.missing:
            return found.manifest
        manifest = found.manifest
        for tag in found.missing:
            try:
                manifest = self._put(image, tag, manifest)
            except MissingBlobError as error:
                self._notify(f"{error}; sending all layers of {image.repository} again")
                self._send_all(image)
                manifest = self._put(image, tag, manifest)
        for tag in image.tags:
            self._read_back(image.repository, tag, manifest.digest)
        return manifest

    def _send_all(self, image: ImagePush) -> None:
        """Upload all blobs of an image, of whatever the registry says that it has them."""
        for blob in image.layout.blobs:
            self._client.place_blob(image.repository, blob, None, self._count)

    def _read_back(self, repository: str, tag: str, digest: str) -> None:
        try:
            self._client.await_digest(repository, tag, digest)
        except UnreadableError as error:
            self._notify(
                f"{repository}:{tag} is put, and cannot be read back{remedy_lines(str(error))}"
            )

    def _put(self, image: ImagePush, tag: str, manifest: Manifest) -> Manifest:
        """Put the tag, in another form where the registry refuses this one; return what was put."""
        others = [each for each in image.manifests if each.form != manifest.form]
        if not (others and manifest.form in self._refused):
            try:
                self._client.put_manifest(image.repository, tag, manifest)
                return manifest
            except RefusedFormError as refused:
                if not others:
                    raise
                self._put_instead(image, tag, others[0], refused)
                self._refused.add(manifest.form)
        else:
            self._client.put_manifest(image.repository, tag, others[0])
        self._notify(
            f"{image.repository}:{tag}: the registry takes no {manifest.form} manifests: "
            f"it has the {others[0].form} manifest {others[0].digest}"
        )
        return others[0]

    def _put_instead(
        self, image: ImagePush, tag: str, manifest: Manifest, refused: RegistryError
    ) -> None:
        try:
            self._client.put_manifest(image.repository, tag, manifest)
        except RefusedFormError:
            raise refused from None

    def _map(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Call the function for every item, several at a time; the first failure ends all."""
        pool = ThreadPoolExecutor(self._jobs)
        try:
            futures = [pool.submit(function, item) for item in items]
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            errors = [error for future in done if (error := future.exception())]
            if errors:
                raise min(errors, key=lambda error: isinstance(error, StoppedError))
            return [future.result() for future in futures]
        except BaseException:
            self._stop.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _places(images: Iterable[ImagePush]) -> dict[_Place, Blob]:
    return {
        (image.repository, blob.digest): blob for image in images for blob in image.layout.blobs
    }


def _account(
    image: ImagePush,
    manifest: Manifest,
    put_tags: tuple[str, ...],
    sent: set[_Place],
    mounted: set[_Place],
) -> Pushed:
    """Sum up an image's bytes; what several images of a repository share counts for the first."""
    sizes = {(image.repository, blob.digest): blob.size for blob in image.layout.blobs}
    its_sent, its_mounted = sizes.keys() & sent, sizes.keys() & mounted
    sent -= its_sent
    mounted -= its_mounted
    bytes_sent = sum(sizes[place] for place in its_sent)
    bytes_mounted = sum(sizes[place] for place in its_mounted)
    present = image.layout.size - bytes_sent - bytes_mounted
    return Pushed(image, manifest, put_tags, bytes_sent, bytes_mounted, present)

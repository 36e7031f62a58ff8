"""Push images: every blob once, every tag last, and nothing that the registry already has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from attrs import frozen

from nixgen.errors import RegistryError
from nixgen.registry.client import Client, CountBytes
from nixgen.registry.layout import Blob, Layout
from nixgen.registry.retry import Retry, StoppedError

T = TypeVar("T")
R = TypeVar("R")
_Place = tuple[str, str]  # a repository and a blob's digest


@frozen
class ImagePush:
    """An image to push: its attribute in the project, its repository and its tags there."""

    attribute: str
    repository: str
    tags: tuple[str, ...]
    layout: Layout


@frozen
class Pushed:
    """What became of an image: the tags that were put and the bytes of its blobs.

    `sent` were uploaded, `mounted` taken over from another repository, `present` already there.
    """

    image: ImagePush
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


class Pusher:
    """Pushes images through one client, with as many requests at a time as `jobs` says.

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
        count: CountBytes = lambda size: None,
    ) -> None:
        self._client = client
        self._stop = retry.stop
        self._jobs = jobs
        self._dry_run = dry_run
        self._count = count

    def push(self, images: Sequence[ImagePush]) -> list[Pushed]:
        """Push the images and return what became of each, in the same order.

        In a dry run the registry is asked the same questions, and nothing is changed there.
        Raises RegistryError.
        """
        self._client.connect()
        missing = dict(zip(images, self._map(self._missing_tags, images), strict=True))
        incomplete = [image for image in images if missing[image] == image.tags]
        complete = [image for image in images if missing[image] != image.tags]
        sent, mounted = self._place_blobs(incomplete, complete)
        self._map(lambda image: self._put_tags(image, missing[image]), images)
        return [_account(image, missing[image], sent, mounted) for image in images]

    def _missing_tags(self, image: ImagePush) -> tuple[str, ...]:
        return tuple(
            tag
            for tag in image.tags
            if self._client.manifest_digest(image.repository, tag) != image.layout.digest
        )

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

        first = {digest: place for place in reversed(absent) if (digest := place[1]) not in holders}
        uploads = sorted(first.values(), key=lambda place: -wanted[place].size)
        self._map(lambda place: self._place(place, wanted[place], None), uploads)
        holders |= {digest: repository for repository, digest in uploads}

        mounts = [place for place in absent if place not in set(uploads)]
        refused = self._map(lambda place: self._place(place, wanted[place], holders), mounts)
        sent = {place for place, was_sent in zip(mounts, refused, strict=True) if was_sent}
        return sent.union(uploads), set(mounts) - sent

    def _place(self, place: _Place, blob: Blob, holders: dict[str, str] | None) -> bool:
        if self._dry_run:
            return holders is None
        source = holders[blob.digest] if holders else None
        return self._client.place_blob(place[0], blob, source, self._count)

    def _put_tags(self, image: ImagePush, tags: tuple[str, ...]) -> None:
        if self._dry_run or not tags:
            return
        for tag in tags:
            self._client.put_manifest(image.repository, tag, image.layout)
        for tag in image.tags:
            digest = self._client.manifest_digest(image.repository, tag)
            if digest != image.layout.digest:
                raise RegistryError(
                    f"{image.repository}:{tag}: expected the digest {image.layout.digest} "
                    f"after the push, got {digest or 'no such tag'}"
                )

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
    image: ImagePush, put_tags: tuple[str, ...], sent: set[_Place], mounted: set[_Place]
) -> Pushed:
    """Sum up an image's bytes; what several images of a repository share counts for the first."""
    sizes = {(image.repository, blob.digest): blob.size for blob in image.layout.blobs}
    its_sent, its_mounted = sizes.keys() & sent, sizes.keys() & mounted
    sent -= its_sent
    mounted -= its_mounted
    bytes_sent = sum(sizes[place] for place in its_sent)
    bytes_mounted = sum(sizes[place] for place in its_mounted)
    present = image.layout.size - bytes_sent - bytes_mounted
    return Pushed(image, put_tags, bytes_sent, bytes_mounted, present)

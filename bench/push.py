"""Measure pushing on the loopback address, against unpacking an archive and copying it twice.

    python -m bench.push [--json] [--megabytes N] [--runs N] [--images N]

Every figure is the median of the runs in seconds; the ratios, to which the targets belong, are
taken within this one run. `nixgen push` is measured from the built image on: reading its layout,
asking the registry, sending, putting both tags and reading them back.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import shutil
import statistics
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.registry import Registry, make_layout, running_registry
from nixgen.registry import (
    Client,
    ImagePush,
    Pusher,
    Retry,
    Transport,
    image_tags,
    parse_registry,
    read_layout,
)

LAYERS = 4
CHANGED_MEGABYTES = 5
BLOCK = 1 << 16
TARGETS = {"first push": 0.4, "nothing changed": 0.05, "one layer of 5 MB changed": 0.15}
TAGS = image_tags("c" * 40, "s" * 32, "bench/image")


def make_layer(seed: int, megabytes: int) -> bytes:
    """Return a layer of which about half goes away when it is compressed, as with programs."""
    noise = hashlib.shake_128(str(seed).encode()).digest(megabytes * 500_000)
    blocks = [
        part
        for start in range(0, len(noise), BLOCK)
        for part in (noise[start : start + BLOCK], noise[start : start + 64] * (BLOCK // 64))
    ]
    content = b"".join(blocks)[: megabytes * 1_000_000]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(f"file-{seed}")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def run(program: str, *words: str | Path, **how: Any) -> None:
    """Run a program to its good end."""
    found = shutil.which(program) or program
    subprocess.run([found, *words], check=True, **how)


def make_archive(file: Path, layout: Path) -> None:
    """Write the layout's image as a docker archive, compressed as dockerTools does it."""
    plain = file.with_suffix("")
    target = f"docker-archive:{plain}:bench/image:x"
    run("skopeo", "copy", "--quiet", f"oci:{layout}", target)
    with plain.open("rb") as source, gzip.open(file, "wb", compresslevel=6) as compressed:
        shutil.copyfileobj(source, compressed)
    plain.unlink()


def copy_archive_twice(registry: Registry, archive: Path, home: Path) -> None:
    """Push as the system does that nixgen stands in for: unpack, then copy once for each tag."""
    plain = home / "image.tar"
    with plain.open("wb") as target:
        run("gunzip", "--stdout", archive, stdout=target)
    for tag in TAGS:
        destination = f"docker://{registry.host}/bench/image:{tag}"
        run(
            *["skopeo", "copy", "--quiet", "--dest-tls-verify=false"],
            *[f"docker-archive:{plain}", destination],
            env={**os.environ, "HOME": str(home)},
        )
    plain.unlink()


def push_layout(registry: Registry, layout: Path) -> None:
    """Push as `nixgen push` does once the image is built."""
    image = ImagePush("image", "bench/image", TAGS, read_layout(layout))
    retry = Retry()
    client = Client(Transport(parse_registry(registry.host), insecure=True), retry)
    Pusher(client, retry).push([image])


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """Give an empty folder below the given one, and remove it."""
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        yield Path(temporary)


def seconds(action: Callable[[], None]) -> float:
    """Return how long the action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measure(folder: Path, megabytes: int) -> dict[str, tuple[float, float]]:
    """Return for each situation the seconds of the old way and of nixgen, each measured once."""
    layers = [make_layer(seed, (megabytes - CHANGED_MEGABYTES) // 3) for seed in range(3)]
    figures: dict[str, list[float]] = {name: [] for name in TARGETS}
    images = []
    for version in (1, 2):
        layout = folder / f"image-{version}" / "layout"
        if not layout.exists():
            make_layout(layout.parent, [*layers, make_layer(10 + version, CHANGED_MEGABYTES)])
            make_archive(folder / f"archive-{version}.tar.gz", layout)
        images.append((layout, folder / f"archive-{version}.tar.gz"))
    for way in ("old", "nixgen"):
        with scratch(folder) as home, running_registry(home / "registry") as registry:
            for name, (layout, archive) in zip(
                TARGETS, (images[0], images[0], images[1]), strict=True
            ):
                figures[name].append(
                    seconds(lambda: copy_archive_twice(registry, archive, home))  # noqa: B023
                    if way == "old"
                    else seconds(lambda: push_layout(registry, layout))  # noqa: B023
                )
    return {name: (old, new) for name, (old, new) in figures.items()}


def count_uploads(folder: Path, images: int) -> tuple[int, int]:
    """Push images that share layers; return how many blobs they have and how many were sent."""
    shared = [make_layer(seed, 1) for seed in range(5)]
    pushes = []
    for index in range(images):
        name = f"bench/image{index}"
        layout = make_layout(folder / name, [*shared, f"own {index}".encode()])
        tags = image_tags("c" * 40, f"{index:032}", name)
        pushes.append(ImagePush(name, name, tags, read_layout(layout)))
    with running_registry(folder / "shared") as registry:
        retry = Retry()
        client = Client(Transport(parse_registry(registry.host), insecure=True), retry)
        Pusher(client, retry).push(pushes)
        blobs = {blob.digest for push in pushes for blob in push.layout.blobs}
        return len(blobs), registry.count_uploads()


def main() -> None:
    """Measure, print the table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        runs = [measure(Path(temporary), options.megabytes) for _ in range(options.runs)]
        blobs, uploads = count_uploads(Path(temporary), options.images)
    rows: list[dict[str, Any]] = []
    for name, target in TARGETS.items():
        old = statistics.median(run[name][0] for run in runs)
        new = statistics.median(run[name][1] for run in runs)
        rows.append(
            {"case": name, "copying": old, "nixgen": new, "ratio": new / old, "target": target}
        )
    counted = {"case": "uploads", "blobs": blobs, "uploads": uploads, "ratio": uploads / blobs}
    if options.json:
        print(json.dumps([*rows, {**counted, "target": 1}], indent=2))
        return
    print(f"pushing {options.megabytes} MB in {LAYERS} layers, loopback, median of {options.runs}")
    print(f"{'':<28}{'copying':>10}{'nixgen':>10}{'ratio':>8}{'target':>8}")
    for row in rows:
        print(
            f"{row['case']:<28}{row['copying']:>8.2f} s{row['nixgen']:>8.3f} s"
            f"{row['ratio']:>8.3f}{row['target']:>8}"
        )
    print(
        f"{options.images} images that share layers: {blobs} blobs, {uploads} uploads (target: 1:1)"
    )


if __name__ == "__main__":
    main()

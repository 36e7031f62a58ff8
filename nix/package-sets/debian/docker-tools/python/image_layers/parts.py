"""Take an image of any origin apart into what the package set's images build on (packing.sh)."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import zlib
from pathlib import Path

from image_layers.compression import is_gzip, open_plain
from image_layers.listing import list_image
from image_layers.reading import add_layer
from image_layers.sources import Wanted, find_image
from image_layers.tree import Image

_CHUNK = 1 << 20


def write_parts(
    source: Path, wanted: Wanted, libdeflate_gzip: str, out: Path, scratch: Path
) -> Image:
    """Write `config.json`, `layers`, `paths` and the layers themselves into a folder.

    Layers stay what they are, byte for byte; so do those that gzip has compressed, where they are
    to be compressed, by the program `libdeflate_gzip` unless that is "". Returns the image; raises
    ImageError.
    """
    found = find_image(source, wanted, scratch)
    image = Image()
    lines = []
    for number, layer in enumerate(found.layers, start=1):
        plain = (scratch if libdeflate_gzip else out) / f"{number}.tar"
        diff_id = _decompress(layer, plain)
        add_layer(image, plain)
        lines.append(_describe(layer, plain, diff_id, libdeflate_gzip, out))
    (out / "config.json").write_text(json.dumps(found.config))
    (out / "layers").write_text("".join(lines))
    (out / "paths").write_text("".join(f"/nix/store/{name}\n" for name in image.store_names()))
    return image


def write_listing(source: Path, wanted: Wanted, out: Path, scratch: Path) -> Image:
    """Write what is in an image into a file; return the image. Raises ImageError."""
    image = Image()
    for number, layer in enumerate(find_image(source, wanted, scratch).layers, start=1):
        plain = scratch / f"{number}.tar"
        _decompress(layer, plain)
        add_layer(image, plain)
    out.write_bytes(b"".join(list_image(image)))
    return image


def _decompress(layer: Path, plain: Path) -> str:
    """Write a layer's plain tar archive and return its SHA-256, the diff id, in hexadecimal."""
    digest = hashlib.sha256()
    with open_plain(layer) as stream, plain.open("wb") as file:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _describe(layer: Path, plain: Path, diff_id: str, libdeflate_gzip: str, out: Path) -> str:
    file, digest = plain, diff_id
    if libdeflate_gzip:
        file = out / f"{plain.name}.gz"
        _compress(layer, plain, file, libdeflate_gzip)
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return f"{diff_id} {digest} {file.stat().st_size} {file} -\n"


def _compress(layer: Path, plain: Path, file: Path, program: str) -> None:
    if is_gzip(layer) and _ends_with_its_member(layer):
        shutil.copyfile(layer, file)
    else:
        with plain.open("rb") as source, file.open("wb") as target:
            subprocess.run([program, "-c"], stdin=source, stdout=target, check=True)  # noqa: S603


def _ends_with_its_member(path: Path) -> bool:
    """Tell whether nothing but members of gzip is in a file, which every program can read."""
    with path.open("rb") as file:
        rest = file.read(_CHUNK)
        while rest:
            member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
            try:
                while not member.eof and rest:
                    member.decompress(rest)
                    rest = member.unused_data or file.read(_CHUNK)
            except zlib.error:
                return False
            if not member.eof:
                return False
    return True

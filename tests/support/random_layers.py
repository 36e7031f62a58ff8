"""Random layers with all kinds of entries, of which podman can unpack every one."""

from __future__ import annotations

import copy
import io
import posixpath
import random
import tarfile
from collections.abc import Iterable, Sequence

from layer_reader import XATTR, LayerPaths, RefusedError

_NAMES = ("a", "b", "c", "ä b", "long" * 30, "-n", "x\\y\n")
_MODES = (0o644, 0o600, 0o755, 0o4755, 0o2711, 0o1777, 0o000)
_OWNERS = (0, 1, 1000, 65534, 3000000)
# VFS_CAP_REVISION_2 of linux/capability.h: CAP_NET_BIND_SERVICE, effective
_CAPABILITY = "\1\0\0\2\0\4\0\0" + "\0" * 12
_KINDS = (
    *("file", "file", "folder", "folder", "folder", "link", "link", "hard link"),
    *("fifo", "device", "whiteout", "whiteout", "opaque"),
)
_FORMS = (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)

Entry = tuple[tarfile.TarInfo, bytes]
Layer = list[Entry]


def random_layers(
    seed: int, prefix: str = "", number: int = 2, *, with_duplicates: bool = False
) -> list[Layer]:
    """Return layers that lie on one another; all of their paths and links are below `prefix`.

    podman refuses two entries of one path, but for folders.
    """
    source = random.Random(seed)
    return [_random_layer(source, prefix, with_duplicates) for _ in range(number)]


def _random_layer(source: random.Random, prefix: str, with_duplicates: bool) -> Layer:
    layer: Layer = []
    paths = LayerPaths()
    names: set[str] = set()
    for _ in range(source.randint(0, 14)):
        entry, content = _random_entry(source, prefix, layer)
        name = posixpath.normpath(entry.name.lstrip("/"))
        if name in names and not with_duplicates:
            continue
        trial = copy.deepcopy(paths)
        try:
            trial.add(entry)
        except RefusedError:
            continue
        paths = trial
        names.add(name)
        layer.append((entry, content))
    return layer


def _random_entry(source: random.Random, prefix: str, layer: Layer) -> Entry:
    entry = tarfile.TarInfo(prefix + _random_path(source))
    entry.mode = source.choice(_MODES)
    entry.uid, entry.gid = source.choice(_OWNERS), source.choice(_OWNERS)
    kind = source.choice(_KINDS)
    content = b""
    match kind:
        case "file":
            content = source.randbytes(source.choice((0, 3, 512, 5000)))
            entry.size = len(content)
        case "folder":
            entry.type = tarfile.DIRTYPE
        case "link":
            entry.type = tarfile.SYMTYPE
            entry.linkname = _random_target(source, prefix)
        case "hard link":
            names = [each.name for each, _ in layer if each.isfile()]
            entry.type = tarfile.LNKTYPE
            entry.linkname = source.choice(names) if names else f"{prefix}nothing"
        case "fifo":
            entry.type = tarfile.FIFOTYPE
        case "device":
            entry.type = source.choice((tarfile.CHRTYPE, tarfile.BLKTYPE))
            entry.devmajor, entry.devminor = source.choice(((1, 3), (7, 300)))
        case "whiteout":
            entry.name = _mark(entry.name, ".wh." + entry.name.rpartition("/")[2])
        case "opaque":
            entry.name = f"{entry.name}/.wh..wh..opq"
    if kind in ("file", "folder") and source.random() < 0.2:
        key, value = source.choice((("user.note", "ä"), ("security.capability", _CAPABILITY)))
        entry.pax_headers = {f"{XATTR}{key}": value}
    entry.name = source.choice(("", "./", "/", ".//")) + entry.name
    return entry, content


def _random_path(source: random.Random) -> str:
    return "/".join(
        source.choice(_NAMES[:2] if source.random() < 0.7 else _NAMES)
        for _ in range(source.randint(1, 3))
    )


def _random_target(source: random.Random, prefix: str) -> str:
    path = _random_path(source)
    return source.choice((path, path, f"../{path}", f"/{prefix}{path}", "/nowhere/else", "."))


def _mark(name: str, mark: str) -> str:
    above, slash, _ = name.rpartition("/")
    return f"{above}{slash}{mark}"


def to_tar(layers: Iterable[Layer], seed: int | None = None) -> bytes:
    """Write the entries of layers, one after the other, as an archive.

    With a seed its form is random, and so are the zeros that fill it up.
    """
    source = random.Random(seed)
    form = tarfile.PAX_FORMAT if seed is None else source.choice(_FORMS)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for layer in layers:
            for entry, content in layer:
                archive.addfile(copy.copy(entry), io.BytesIO(content))
    return file.getvalue() + bytes(512 * source.choice((0, 0, 1, 40)) if seed is not None else 0)


def to_images(seeds: Sequence[int]) -> list[bytes]:
    """Return the two layers of an image in which each pair of layers has a folder of its own."""
    pairs = [random_layers(seed, f"p{seed}/") for seed in seeds]
    return [to_tar([pair[number] for pair in pairs], len(seeds)) for number in range(2)]

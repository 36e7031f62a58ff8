"""Layers are stacked as podman stacks them, and changes become a layer that makes them again.

NIXGEN_TEST_LAYERS is the number of random pairs of layers that each test takes, 500 unless set.
"""

from __future__ import annotations

import io
import os
import random
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from image_files import write_layout
from image_layers.comparing import Comparison
from image_layers.errors import ImageError
from image_layers.listing import list_image
from image_layers.reading import add_layer
from image_layers.tree import Image
from image_layers.unpacking import open_folder, unpack
from image_layers.writing import write_layer
from layer_reader import Files, apply, read_folder
from random_layers import Layer, random_layers, to_images, to_tar

pytestmark = [
    pytest.mark.usefixtures("own_images"),
    pytest.mark.skipif(
        os.geteuid() != 0, reason="files are given to other users, which root alone may do"
    ),
]

PAIRS = int(os.environ.get("NIXGEN_TEST_LAYERS", "500"))
BATCH = 500


def stack(folder: Path, layers: list[bytes]) -> Image:
    image = Image()
    for number, layer in enumerate(layers):
        file = folder / f"{number}.tar"
        file.write_bytes(layer)
        add_layer(image, file)
    return image


def unpacked(image: Image, folder: Path) -> Files:
    folder.mkdir()
    unpack(image.root, str(folder))
    return read_folder(folder)


def tars(seed: int, *, number: int = 2) -> list[bytes]:
    layers = random_layers(seed, number=number, with_duplicates=True)
    return [to_tar([layer], seed) for layer in layers]


def test_random_layers_become_the_same_tree_as_in_another_reader(tmp_path: Path) -> None:
    """All kinds of entries, with duplicates, odd names, and links in the way."""
    different = []
    for seed in range(PAIRS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        layers = tars(seed)
        if apply(layers) != unpacked(stack(folder, layers), folder / "root"):
            different.append(seed)
    assert [] == different


@contextmanager
def mounted(layout: Path) -> Iterator[Path]:
    """Have podman unpack an image and mount it."""
    identifier = podman("pull", "--quiet", f"oci:{layout}")
    try:
        yield Path(podman("image", "mount", identifier))
    finally:
        podman("image", "unmount", identifier)
        podman("rmi", "--force", identifier)


def podman(*words: str) -> str:
    done = subprocess.run(["podman", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.container
@pytest.mark.parametrize("first", range(0, PAIRS, BATCH))
def test_random_layers_become_the_same_tree_as_in_podman(first: int, tmp_path: Path) -> None:
    """Each pair of layers has a folder of its own in one image."""
    layers = to_images(range(first, min(first + BATCH, PAIRS)))
    ours = unpacked(stack(tmp_path, layers), tmp_path / "root")
    with mounted(write_layout(tmp_path / "layout", layers)) as folder:
        theirs = read_folder(folder)
    assert apply(layers) == theirs
    assert ours == theirs


def change_at_random(folder: Path, seed: int) -> None:
    """Replace, add and remove files as the later layer of another image has it."""
    source = random.Random(seed)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_symlink() or not path.is_dir():
            match source.randrange(6):
                case 0:
                    path.unlink()
                case 1:
                    path.unlink()
                    path.mkdir()
                    (path / "inside").write_text("new")
                case 2:
                    path.unlink()
                    path.symlink_to(source.choice((".", "/nowhere")))
                case 3:
                    os.chown(path, 5, 6, follow_symlinks=False)
        elif source.randrange(4) == 0 and not any(path.iterdir()):
            path.rmdir()
            path.write_bytes(b"was a folder")
        elif source.randrange(4) == 0:
            path.chmod(0o2770)


@pytest.mark.parametrize("remembers", [True, False])
def test_random_changes_become_a_layer_that_makes_them(remembers: bool, tmp_path: Path) -> None:
    """On top of the layers it gives the changed folder, in the reader that knows no trees."""
    different = []
    for seed in range(PAIRS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        layers = tars(seed)
        image = stack(folder, layers)
        unpacked(image, folder / "root")
        with open_folder(str(folder / "root")) as root:
            comparison = Comparison(root)
            if remembers:
                comparison.remember(image.root)
            change_at_random(folder / "root", seed)
            written = io.BytesIO()
            write_layer(comparison.changes(image.root), 1, written)
        if apply([*layers, written.getvalue()]) != read_folder(folder / "root"):
            different.append(seed)
    assert [] == different


def test_nothing_changed_is_an_empty_layer(tmp_path: Path) -> None:
    """Times that change, and files that are read and written again as they were, are no change."""
    image = stack(tmp_path, tars(7))
    unpacked(image, tmp_path / "root")
    with open_folder(str(tmp_path / "root")) as root:
        comparison = Comparison(root)
        comparison.remember(image.root)
        for path in (tmp_path / "root").rglob("*"):
            os.utime(path, (1, 1), follow_symlinks=False)
            if path.is_file() and not path.is_symlink():
                path.write_bytes(path.read_bytes())
        written = io.BytesIO()
        write_layer(comparison.changes(image.root), 1, written)
    assert bytes(1024) == written.getvalue()


def entry(
    name: str, kind: bytes = tarfile.REGTYPE, target: str = "", content: bytes = b""
) -> Layer:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, len(content)
    return [(info, content)]


def folder(name: str) -> Layer:
    return entry(name, tarfile.DIRTYPE)


def link(name: str, target: str) -> Layer:
    return entry(name, tarfile.SYMTYPE, target)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([[entry("../../out", content=b"x")]], {"out"}),
        ([[link("etc", "{outside}"), entry("etc/passwd")]], {"etc"}),
        ([[link("etc", "../../../{outside}"), entry("etc/passwd")]], {"etc"}),
        ([[link("etc", "{outside}")], [entry("etc/passwd")]], {"etc", "etc/passwd"}),
        ([[link("etc", "{outside}")], [entry("etc/.wh.canary")]], {"etc"}),
        ([[link("etc", "{outside}")], [entry("etc/.wh..wh..opq")]], {"etc"}),
        ([[entry("copy", tarfile.LNKTYPE, "{outside}/canary")]], set()),
        ([[entry("copy", tarfile.LNKTYPE, "../../../..{outside}/canary")]], set()),
        ([[link("a", "b"), link("b", "a"), entry("a/x")]], {"a", "b"}),
        ([[link("x", "."), entry("x/x/x/y")]], {"x", "y"}),
    ],
)
def test_nothing_leaves_the_root_folder(
    layers: list[list[Layer]], expected: set[str], tmp_path: Path
) -> None:
    """Whatever links and names there are, and what else is in the image stays in it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "canary").write_text("untouched")
    before = read_folder(outside)
    for each, _ in (pair for layer in layers for made in layer for pair in made):
        each.linkname = each.linkname.replace("{outside}", str(outside))
    image = stack(tmp_path, [to_tar(layer) for layer in layers])
    files = unpacked(image, tmp_path / "root")
    own = {path for path in files if not path.startswith(str(tmp_path)[1:].split("/")[0])}
    assert expected == own
    assert before == read_folder(outside)


def test_files_of_lower_layers_can_have_other_names(tmp_path: Path) -> None:
    """The name in the lower layer keeps its attributes (layer.md, "Hardlinks")."""
    layers = [entry("a", content=b"text"), entry("b", tarfile.LNKTYPE, "/a")]
    layers[1][0][0].mode = 0o600
    files = unpacked(stack(tmp_path, [to_tar([each]) for each in layers]), tmp_path / "root")
    assert (0o644, 0o600) == (files["a"].mode, files["b"].mode)
    assert files["a"].digest == files["b"].digest


def test_a_store_path_is_in_an_image_when_it_is_there_whole(tmp_path: Path) -> None:
    """Not when a later layer takes it, or one of its files; in a folder of another name neither."""
    store = "nix/store"
    first = [f"{store}/{name}" for name in ("kept", "gone", "less", "more", "again")]
    lower = [each for path in first for each in (folder(path), entry(f"{path}/file"))]
    upper = [
        entry(f"{store}/.wh.gone"),
        entry(f"{store}/less/.wh.file"),
        entry(f"{store}/more/other"),
        folder(f"{store}/again"),
        entry(f"{store}/again/file"),
        link(f"{store}/link", "/elsewhere"),
    ]
    image = stack(tmp_path, [to_tar(lower), to_tar(upper)])
    assert ["again", "kept", "link"] == image.store_names()


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (b"x" * 2048, "layer 1: damaged"),
        (to_tar([entry("a", content=b"x" * 4096)])[:2048], "layer 1: damaged"),
        (to_tar([entry("a")])[:512] + b"x" * 512 + bytes(1024), "layer 1: damaged: no header"),
        (to_tar([entry("a/.wh.")]), "layer 1: a/.wh.: a mark without a name"),
    ],
)
def test_a_damaged_layer_is_refused(layer: bytes, message: str, tmp_path: Path) -> None:
    """It is never taken for one that ends there."""
    with pytest.raises(ImageError, match="layer 1") as raised:
        stack(tmp_path, [layer])
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("layer", [b"", bytes(512), bytes(1024), bytes(10240)])
def test_an_empty_layer_adds_nothing(layer: bytes, tmp_path: Path) -> None:
    """With or without the end mark of an archive."""
    assert {} == unpacked(stack(tmp_path, [layer]), tmp_path / "root")


def test_sparse_and_long_names_are_read(tmp_path: Path) -> None:
    """As GNU tar writes them in each of its forms."""
    source = tmp_path / "source"
    long = source / ("d" * 200) / ("f" * 200)
    long.parent.mkdir(parents=True)
    with long.open("wb") as file:
        file.truncate(1 << 20)
        file.seek(1 << 19)
        file.write(b"in the middle")
    (source / "link").symlink_to("t" * 150)
    for form in ("gnu", "oldgnu", "posix"):
        archive = tmp_path / f"{form}.tar"
        words = ["tar", "--create", "--sparse", f"--format={form}", f"--directory={source}", "."]
        archive.write_bytes(subprocess.run(words, check=True, capture_output=True).stdout)
        image = Image()
        add_layer(image, archive)
        assert read_folder(source) == unpacked(image, tmp_path / form)


def test_a_listing_is_what_tar_prints(tmp_path: Path) -> None:
    """Folders, links, modes, owners and odd names (parentFolders.awk reads them)."""
    made = [folder('a "b"'), entry('a "b"/ä\n'), link("c", 'to "x"\\')]
    made[0][0][0].mode, made[1][0][0].mode, made[1][0][0].uid = 0o1775, 0o4644, 7
    layer = to_tar(made)
    words = ["tar", "--list", "--verbose", "--numeric-owner", "--utc", "--quoting-style=c"]
    env = {**os.environ, "LC_ALL": "C"}
    printed = subprocess.run(words, input=layer, check=True, capture_output=True, env=env).stdout
    theirs = printed.decode().replace("\\n", "\\012").splitlines()
    ours = b"".join(list_image(stack(tmp_path, [layer]))).decode().splitlines()

    def without_size(line: str) -> list[str]:
        mode, owner, _, _, _, name = line.split(None, 5)
        return [mode, owner, name]

    assert list(map(without_size, theirs)) == list(map(without_size, ours))

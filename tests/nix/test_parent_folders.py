"""What an image's folders are taken for, from the layers below it: parentFolders.awk."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from debian_set import PACKAGE_SET, build

SCRIPTS = PACKAGE_SET / "docker-tools"
NAMES = ("new\nline", 'quo"te -> "x', "back\\slash", "ümläut", "tab\t", " blank ", "a -> b")


@pytest.fixture(scope="module")
def awk() -> Path:
    return build("pkgs.gawk") / "bin/awk"


def folder(name: str, mode: int = 0o700, owner: tuple[int, int] = (1, 2)) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode, (info.uid, info.gid) = tarfile.DIRTYPE, mode, owner
    return info


def link(name: str, target: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info


def listing(entries: Sequence[tarfile.TarInfo], file: Path) -> Path:
    """Write what tar lists of a layer with the entries."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for entry in entries:
            archive.addfile(entry)
    words = ["--list", "--verbose", "--numeric-owner", "--utc", "--quoting-style=c", "--file=-"]
    done = subprocess.run(
        ["tar", *words],
        input=content.getvalue(),
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        check=True,
    )
    file.write_bytes(done.stdout)
    return file


def read(
    awk: Path, script: str, layers: Sequence[Sequence[tarfile.TarInfo]], *folders: str, at: Path
) -> list[str]:
    """Run a script on the layers and on new folders; return its records."""
    scripts: list[str | Path] = ["-f", SCRIPTS / "parentFolders.awk", "-f", SCRIPTS / script]
    options = ["-v", "usual=9 9", "-v", "written=0 0", "-v", "storeOwner=0 0"]
    files = [listing(layer, at / str(number)) for number, layer in enumerate(layers)]
    done = subprocess.run(
        [awk, *scripts, *options, *files, r"RS=\0", "-"],
        input="".join(f"755 9 9 ./{name}\0" for name in folders).encode(),
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    )
    assert b"" == done.stderr
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("name", NAMES)
def test_names_may_hold_anything(name: str, awk: Path, tmp_path: Path) -> None:
    """Of folders and of what links lead to."""
    layer = [folder(name, 0o1750), link(f"link to {name}", name)]
    assert [f"1750 1 2 ./{name}"] == read(awk, "folderOwners.awk", [layer], name, at=tmp_path)
    given = f"link to {name}"
    assert [given, name] == read(awk, "linkedFolders.awk", [layer], given, at=tmp_path)


@pytest.mark.parametrize(
    ("mode", "text"),
    [(0, "000"), (0o4711, "4711"), (0o2755, "2755"), (0o1777, "1777"), (0o7644, "7644")],
)
def test_modes_are_read_with_their_special_bits(
    mode: int, text: str, awk: Path, tmp_path: Path
) -> None:
    """Whether the bit to enter the folder is set below them or not."""
    layers = [[folder("a", mode)]]
    assert [f"{text} 1 2 ./a"] == read(awk, "folderOwners.awk", layers, "a", at=tmp_path)


def test_the_root_folder_is_one_of_them(awk: Path, tmp_path: Path) -> None:
    """However a layer writes it."""
    for name in (".", "./"):
        found = read(awk, "folderOwners.awk", [[folder(name)]], "", at=tmp_path)
        assert ["700 1 2 ./"] == found


@pytest.mark.parametrize(
    "above",
    [
        [tarfile.TarInfo(".wh.a")],
        [tarfile.TarInfo("a")],
        [folder("x/y"), tarfile.TarInfo(".wh..wh..opq")],
        [link("a", "nowhere")],
    ],
)
def test_a_folder_that_an_upper_layer_takes_away_counts_no_more(
    above: list[tarfile.TarInfo], awk: Path, tmp_path: Path
) -> None:
    """Nor do those in it."""
    layers = [[folder("a"), folder("a/b")], above]
    assert [] == read(awk, "folderOwners.awk", layers, "a", "a/b", at=tmp_path)


def test_whiteouts_are_for_lower_layers(awk: Path, tmp_path: Path) -> None:
    """What their own layer has beside them stays, and an opaque folder itself."""
    layers = [
        [folder("a"), folder("a/b"), folder("c")],
        [folder("a", 0o711), tarfile.TarInfo("a/.wh..wh..opq"), folder("a/new")],
        [folder("c", 0o701), tarfile.TarInfo(".wh.c")],
    ]
    assert ["711 1 2 ./a", "700 1 2 ./a/new", "701 1 2 ./c"] == read(
        awk, "folderOwners.awk", layers, "a", "a/b", "a/new", "c", at=tmp_path
    )


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("d", "x/d"),
        ("/d", "d"),
        ("../../../d", "d"),
        ("./e", "d/f"),
        ("/", ""),
        ("new", "x/new"),
    ],
)
def test_links_are_followed_inside_the_root_folder(
    target: str, place: str, awk: Path, tmp_path: Path
) -> None:
    """Relative, absolute, over other links, and to what is not there yet."""
    layers = [[folder("d"), folder("d/f"), folder("x"), folder("x/d"), link("x/e", "/d/f")]]
    layers.append([link("x/link", target)])
    found = read(awk, "linkedFolders.awk", layers, "x/link", "x/link/below", at=tmp_path)
    assert ["x/link", place] == found


def test_links_in_a_circle_or_to_a_file_lead_nowhere(awk: Path, tmp_path: Path) -> None:
    """A folder takes their place."""
    layer = [link("a", "b/b"), link("b", "a/a"), tarfile.TarInfo("file"), link("c", "file")]
    assert [] == read(awk, "linkedFolders.awk", [layer], "a", "b", "c", at=tmp_path)


def test_layers_are_written_through_the_links_below_them(awk: Path, tmp_path: Path) -> None:
    """As what unpacks them does."""
    layers = [[folder("usr"), link("lib", "usr/lib")], [folder("lib/deep", 0o711)]]
    found = read(awk, "folderOwners.awk", layers, "usr/lib/deep", at=tmp_path)
    assert ["711 1 2 ./usr/lib/deep"] == found

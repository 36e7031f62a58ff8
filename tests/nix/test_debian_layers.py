"""Layers of the debian package set: the folders above what is in them, whatever is below."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest
from debian_set import REPOSITORY, build_all
from docker_archive import DockerArchive, Layer

IMAGES = f"(import {REPOSITORY}/tests/nix/debian-images.nix {{ inherit pkgs; }})"
LAYERS = f"(import {REPOSITORY}/tests/nix/debian-layers.nix {{ inherit pkgs; }})"
OVER_PARENT = ("asRoot", "child", "copied", "fakeRoot", "linked", "onArchive", "owned")
LAYERED = ("child", "copied", "fakeRoot", "onArchive", "owned")
OTHERS = ("grandchild", "ownedAsRoot", "ownedByOther", "parent")
FORMS = ("tar", "tar+gzip")

# Folders of the parent that are not 0755 or not root's, with their modes and owners.
OF_PARENT = {
    "data/of": (0o750, 0, 0),
    "data/of/parent": (0o755, 1001, 1001),
    "odd name": (0o700, 0, 0),
    "opt": (0o2711, 1000, 100),
    "tmp": (0o1777, 0, 0),
    "usr": (0o750, 0, 0),
}
LINKS = {"bin": "usr/bin", "srv": "/data", "var/run": "../run"}


@pytest.fixture(scope="module")
def built() -> dict[str, Path]:
    names = [*OVER_PARENT, *OTHERS]
    forms = [
        f'"{name}.{form}" = {LAYERS}.{name}.parts."{form}";' for name in names for form in FORMS
    ]
    others = [f'"images.{name}" = {IMAGES}.{name};' for name in ("asRoot", "fewLayers", "layered")]
    archives = [f"{name} = {LAYERS}.{name};" for name in names]
    return build_all(f"{{ {' '.join([*forms, *archives, *others])} }}")


@pytest.fixture(scope="module")
def images(built: dict[str, Path]) -> dict[str, DockerArchive]:
    return {
        name: DockerArchive.load(path)
        for name, path in built.items()
        if not name.endswith((".tar", ".tar+gzip"))
    }


def without_parents(layer: Layer) -> list[str]:
    """Return what is in the layer before the folders above it are, or without them."""
    seen: set[str] = set()
    early = []
    for name, member in layer.members().items():
        folders = [str(folder) for folder in PurePosixPath(name).parents if folder.name]
        early += [name for folder in folders if folder not in seen]
        if member.isdir():
            seen.add(name.rstrip("/"))
    return early


def state(image: DockerArchive) -> dict[str, tuple[int, int, int]]:
    """Return mode and owner of each folder as they are when all layers are unpacked."""
    return {
        name: (member.mode, member.uid, member.gid)
        for layer in image.layers
        for name, member in layer.members().items()
        if member.isdir()
    }


def test_every_layer_holds_the_folders_above_its_entries(images: dict[str, DockerArchive]) -> None:
    """Each before what is in it, so that no engine chooses mode and owner."""
    for name, image in images.items():
        for number, layer in enumerate(image.layers):
            assert [] == without_parents(layer), f"layer {number} of {name}"


@pytest.mark.parametrize("name", [*OVER_PARENT, *OTHERS])
def test_every_form_has_the_same_layers(
    name: str, built: dict[str, Path], images: dict[str, DockerArchive]
) -> None:
    """The archive, plain layers and compressed ones."""
    for form in FORMS:
        lines = (built[f"{name}.{form}"] / "layers").read_text().splitlines()
        assert [layer.digest for layer in images[name].layers] == [
            f"sha256:{line.split()[0]}" for line in lines
        ]


def test_the_stores_folders_are_roots(images: dict[str, DockerArchive]) -> None:
    """With the mode that folders have, whatever they are where the layer is made."""
    for name in ("images.asRoot", "images.fewLayers", "images.layered"):
        for layer in images[name].layers:
            for folder in ("nix", "nix/store"):
                member = layer.members().get(folder)
                if layer.store_names():
                    assert member is not None
                if member is not None:
                    assert (0o755, 0, 0) == (member.mode, member.uid, member.gid)


@pytest.mark.parametrize("name", ["ownedAsRoot", "ownedByOther"])
def test_the_stores_folders_belong_to_the_owner_of_store_paths(
    name: str, images: dict[str, DockerArchive]
) -> None:
    """As `uid` and `gid` say, in each layer."""
    layers = images[name].layers
    assert len(layers) > 1
    for layer in layers:
        for folder in ("nix", "nix/store"):
            member = layer.members()[folder]
            assert (0o755, 5, 6) == (member.mode, member.uid, member.gid)


@pytest.mark.parametrize("name", OVER_PARENT)
def test_folders_of_the_parent_keep_their_modes_and_owners(
    name: str, images: dict[str, DockerArchive]
) -> None:
    """Whatever is written into them from above."""
    found = state(images[name])
    assert OF_PARENT == {folder: found[folder] for folder in OF_PARENT}


@pytest.mark.parametrize("name", OVER_PARENT)
def test_the_parents_store_folder_keeps_its_owner(
    name: str, images: dict[str, DockerArchive]
) -> None:
    """Unless the image names an owner of store paths itself."""
    assert (0o755, 1000, 100) == state(images["parent"])["nix/store"]
    expected = (0o755, 5, 6) if name == "owned" else (0o755, 1000, 100)
    assert expected == state(images[name])["nix/store"]


@pytest.mark.parametrize("name", OVER_PARENT)
def test_links_of_the_parent_to_folders_stay(name: str, images: dict[str, DockerArchive]) -> None:
    """What would be in such a folder is where the link leads."""
    below = len(images["parent"].layers)
    names = [set(layer.members()) for layer in images[name].layers[below:]]
    for link in LINKS:
        assert not [each for each in names if link in each], link
    assert any("usr/bin/own" in each for each in names)


@pytest.mark.parametrize("name", LAYERED)
def test_what_commands_make_is_kept(name: str, images: dict[str, DockerArchive]) -> None:
    """Their modes, and folders in the place of what is no folder in the parent."""
    members = images[name].layers[-1].members()
    assert 0o700 == members["run"].mode
    assert 0o711 == members["var"].mode
    for path in ("data/of/new", "run/new", "run/file", "tmp/new", "new/er", "odd name/new/file"):
        assert path in members
    assert members["loop"].isdir()
    assert members["linked-file"].isdir()
    assert (5 if name == "owned" else 0) == members["new/er"].uid


def test_what_an_image_on_a_parent_says_holds_for_its_children(
    images: dict[str, DockerArchive],
) -> None:
    """A folder that it changed stays changed."""
    members = images["grandchild"].layers[-1].members()
    assert 0o700 == members["run"].mode
    assert (0o755, 1001, 1001) == (
        members["data/of/parent"].mode,
        members["data/of/parent"].uid,
        members["data/of/parent"].gid,
    )


def test_commands_as_root_leave_the_folders_above_as_they_are(
    images: dict[str, DockerArchive],
) -> None:
    """Those of a file that is removed too."""
    members = images["asRoot"].layers[-1].members()
    assert (0o750, 0) == (members["data/of"].mode, members["data/of"].uid)
    assert members["hidden/.wh.below"].isreg()
    assert members["data/of/parent/deep/er/file"].isreg()


def test_configurations_name_the_layers(images: dict[str, DockerArchive]) -> None:
    """Digest by digest."""
    for image in images.values():
        assert image.config["rootfs"]["diff_ids"] == [layer.digest for layer in image.layers]
        assert json.dumps(image.config)

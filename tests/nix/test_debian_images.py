"""Images of the debian package set: what is in them, and how they share it."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from debian_set import REPOSITORY, build, build_all, evaluate, nix, output, refusal
from docker_archive import DockerArchive

IMAGES = f"(import {REPOSITORY}/tests/nix/debian-images.nix {{ inherit pkgs; }})"
NAMES = (
    "asRoot",
    "base",
    "changed",
    "copied",
    "fakeRoot",
    "fewLayers",
    "layered",
    "noCommands",
    "onArchive",
    "onLinks",
    "otherNoCommands",
    "withoutStore",
)


@pytest.fixture(scope="module")
def archives() -> dict[str, Path]:
    forms = "oci = layered.oci; ociUncompressed = layered.ociUncompressed;"
    return build_all(f"with {IMAGES}; {{ inherit {' '.join(NAMES)}; {forms} }}")


@pytest.fixture(scope="module")
def images(archives: dict[str, Path]) -> dict[str, DockerArchive]:
    return {name: DockerArchive.load(archives[name]) for name in NAMES}


def test_an_archive_is_named_after_its_image(archives: dict[str, Path]) -> None:
    """A slash in the name becomes a dash, and the archive is not compressed."""
    assert archives["layered"].name.endswith("-docker-image-test-layered.tar")
    assert archives["layered"].read_bytes().startswith(b"manifest.json\0")


@pytest.mark.parametrize("name", NAMES)
def test_layers_are_those_that_the_configuration_names(
    name: str, images: dict[str, DockerArchive]
) -> None:
    """Digest by digest and in order, with a line of history for each."""
    image = images[name]
    assert image.config["rootfs"]["diff_ids"] == [layer.digest for layer in image.layers]
    assert len(image.config["history"]) == len(image.layers)
    assert "1970-01-01T00:00:01Z" == image.config["created"]
    assert {"linux"} == {image.config["os"]}


def test_the_default_tag_changes_with_the_image(images: dict[str, DockerArchive]) -> None:
    """It is a hash of 32 characters; a tag that is given is taken."""
    name, tag = images["layered"].reference.split(":")
    assert "test/layered" == name
    assert 32 == len(tag)
    assert images["layered"].reference != images["changed"].reference
    assert "test/base:1" == images["base"].reference


def test_attributes_tell_what_is_in_the_archive(images: dict[str, DockerArchive]) -> None:
    """They are those of nixpkgs' dockerTools."""
    name, tag = evaluate(f"let image = {IMAGES}.layered; in [ image.imageName image.imageTag ]")
    assert f"{name}:{tag}" == images["layered"].reference


def test_a_parents_layers_come_first_as_they_are(images: dict[str, DockerArchive]) -> None:
    """No byte of them is made again."""
    below = images["base"].layers
    assert below == images["layered"].layers[: len(below)]


def test_environment_variables_of_the_parent_stay(images: dict[str, DockerArchive]) -> None:
    """Unless the image sets them itself; nothing else of the parent's configuration is taken."""
    assert {"A": "its own", "B": "x=y"} == images["layered"].environment()
    assert {"A": "of the parent", "B": "x=y", "C": "1"} == images["onArchive"].environment()
    assert {"a.b": 'ä "quoted"'} == images["layered"].config["config"]["Labels"]


def test_large_store_paths_have_layers_of_their_own(images: dict[str, DockerArchive]) -> None:
    """Small ones share one for each path and reference; the last has the image's own files."""
    *packages, last = images["layered"].layers[len(images["base"].layers) :]
    names = [layer.store_names() for layer in packages]
    for large in ("debian-libonig5", "debian-sed"):
        assert [1] == [
            len(found) for found in names if any(name.startswith(large) for name in found)
        ]
    assert {"cacert"} in names
    for small in ({"jq", "jq-lib"}, {"gnused", "gnused-lib"}):
        assert [] != [found for found in names if small <= found]
    assert not any("libc6" in name for found in names for name in found)
    assert {"service", "gnugrep"} < last.store_names()
    assert not {"jq", "gnused"} & last.store_names()


def test_images_share_the_layers_of_large_store_paths(images: dict[str, DockerArchive]) -> None:
    """Whatever else is in them, and whichever path needs these."""
    shared = {
        name: {
            path.rsplit("-", 2)[0]
            for layer in {*images["noCommands"].layers} & {*images[name].layers}
            for path in layer.store_names()
        }
        for name in ("base", "fewLayers")
    }
    assert {"debian-bash-static", "debian-libc6"} <= shared["base"]
    assert "debian-libc6" in shared["fewLayers"]


def test_no_store_path_is_in_an_image_twice_below_one_package(
    images: dict[str, DockerArchive],
) -> None:
    """What the parent or the first of the contents has is in no other layer."""
    base, first = (images[name].layers for name in ("base", "fewLayers"))
    for layer in images["layered"].layers[len(base) :]:
        assert set() == layer.store_names() & set().union(*(each.store_names() for each in base))
    for layer in first[1:]:
        assert set() == layer.store_names() & first[0].store_names()
    below = images["noCommands"].layers
    assert below == images["onLinks"].layers[: len(below)]
    (own,) = images["onLinks"].layers[len(below) :]
    assert set() == own.store_names()


def test_a_changed_file_changes_the_last_layer_alone(images: dict[str, DockerArchive]) -> None:
    """The others are the very same."""
    before, after = images["layered"].layers, images["changed"].layers
    assert before[:-1] == after[:-1]
    assert before[-1] != after[-1]


def test_links_have_a_layer_where_no_command_can_change_them(
    images: dict[str, DockerArchive],
) -> None:
    """It stays the same when the image's own files change."""
    *_, links, last = images["noCommands"].layers
    assert links.members()["etc/ssl/certs/ca-bundle.crt"].issym()
    assert not links.store_names()
    assert last.members()["etc/service"].issym()
    assert "etc/ssl" not in last.members()
    assert images["noCommands"].layers[:-1] == images["otherNoCommands"].layers[:-1]


def test_contents_are_linked_into_the_root_folder(images: dict[str, DockerArchive]) -> None:
    """Commands add to it, with the modes that they set."""
    members = images["layered"].layers[-1].members()
    assert members["etc/service"].issym()
    assert members["etc/ssl/certs/ca-bundle.crt"].linkname.startswith("/nix/store/")
    assert 0o1777 == members["tmp"].mode
    assert "libexec" not in members


def test_owners_and_times_depend_on_nothing(images: dict[str, DockerArchive]) -> None:
    """Everything is root's and of the first second of 1970."""
    members = [member for layer in images["layered"].layers for member in layer.members().values()]
    assert {(0, 0, "root", "root", 1)} == {
        (member.uid, member.gid, member.uname, member.gname, member.mtime) for member in members
    }
    assert set() == {member.name for member in members if member.islnk()}


def test_no_more_layers_than_asked_for(images: dict[str, DockerArchive]) -> None:
    """The smallest store paths, as many as are too many, share a layer."""
    *largest, shared, _ = images["fewLayers"].layers
    assert {1} == {len(layer.store_names()) for layer in largest}
    assert 3 == len(largest)
    assert {"bash", "coreutils", "gnused", "jq"} < shared.store_names()


def test_too_few_layers_are_refused() -> None:
    """The parent has some already."""
    done = nix(
        "nix-build",
        f"""pkgs.dockerTools.buildLayeredImage {{
          name = "test/refused"; fromImage = {IMAGES}.base; contents = [ pkgs.jq ]; maxLayers = 3;
        }}""",
        "--no-out-link",
    )
    assert 0 != done.returncode
    assert "image test/refused: maxLayers: expected at least" in done.stderr
    assert "layers), got 3\n" in done.stderr


def test_an_archive_refers_to_its_store_paths_alone(archives: dict[str, Path]) -> None:
    """Not to what it was made from."""
    names = output(_store("--query", "--references", str(archives["layered"]))).split()
    assert any(name.endswith("-jq") for name in names)
    assert [] == [name for name in names if "-image-parts-" in name or "-layer-" in name]


@pytest.mark.parametrize("name", ["layered", "fewLayers", "onArchive", "noCommands", "copied"])
def test_every_form_has_the_same_layers(name: str, images: dict[str, DockerArchive]) -> None:
    """And the same configuration, though each is made from the store paths for itself."""
    for form in ("tar", "tar+gzip"):
        parts = build(f'{IMAGES}.{name}.parts."{form}"')
        lines = (parts / "layers").read_text().splitlines()
        assert [layer.digest for layer in images[name].layers] == [
            f"sha256:{line.split()[0]}" for line in lines
        ]
        assert images[name].config == json.loads((parts / "config.json").read_bytes())


def test_an_archive_needs_no_layers_of_its_store_paths() -> None:
    """They are made for the forms that refer to them alone, the parent's apart."""
    (drv,) = output(nix("nix-instantiate", f"{IMAGES}.fewLayers")).splitlines()
    graph = output(_store("--query", "--requisites", drv.partition("!")[0])).splitlines()
    assert any(path.endswith("-jq.drv") for path in graph)
    assert [] == [path for path in graph if "-layer-" in path]


def test_files_can_be_copied_instead_of_linked(images: dict[str, DockerArchive]) -> None:
    """With the owner that is asked for, and with what they refer to."""
    (layer,) = images["copied"].layers
    file = layer.members()["etc/file"]
    assert file.isreg()
    assert (5, 6) == (file.uid, file.gid)
    assert {"gnused"} < layer.store_names()


def test_owners_can_be_set_as_what_looks_like_root(images: dict[str, DockerArchive]) -> None:
    """Root is not needed for it."""
    layer = images["fakeRoot"].layers[-1]
    user = layer.members()["home/user"]
    assert (1000, 100) == (user.uid, user.gid)
    assert (0, 0) == (layer.members()["home"].uid, layer.members()["home"].gid)
    assert "0\n" == layer.read("home/user/uid")


def test_commands_run_as_root_within_the_image(images: dict[str, DockerArchive]) -> None:
    """They see the parent's files; what they change, and what they remove, is the layer."""
    image = images["asRoot"]
    below = images["base"].layers
    assert below == image.layers[:-1]
    layer = image.layers[-1]
    user = layer.members()["data/of/user"]
    assert (1000, 100, 0o2750) == (user.uid, user.gid, user.mode)
    assert "0 1\nlast\n" == layer.read("data/seen")
    assert "new\n" == layer.read("var/changed")
    assert "var/kept" not in layer.members()
    assert "var/removed/file" not in dict(image.file_system())
    assert not {"dev", "proc", "sys"} & set(layer.members())


def test_an_archive_of_any_origin_can_be_the_parent(images: dict[str, DockerArchive]) -> None:
    """Compressed or not; its layers stay, and its store paths are not repeated."""
    below = images["base"].layers
    assert below == images["onArchive"].layers[: len(below)]
    assert 1 + len(below) == len(images["onArchive"].layers)
    assert set() == images["onArchive"].layers[-1].store_names()


def test_store_paths_can_be_left_out(images: dict[str, DockerArchive]) -> None:
    """For a machine that shares its store with its containers."""
    (layer,) = images["withoutStore"].layers
    assert set() == layer.store_names()
    assert layer.members()["bin/jq"].issym()


def read_blob(folder: Path, descriptor: dict[str, Any]) -> bytes:
    content = Path(folder / "blobs" / descriptor["digest"].replace(":", "/")).read_bytes()
    assert descriptor["digest"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert descriptor["size"] == len(content)
    return content


@pytest.mark.parametrize(("form", "suffix"), [("oci", "+gzip"), ("ociUncompressed", "")])
def test_an_oci_folder_holds_the_same_image(
    form: str, suffix: str, archives: dict[str, Path], images: dict[str, DockerArchive]
) -> None:
    """Its blobs have the digests and sizes that it says, and layers are links to where they lie."""
    folder, image = archives[form], images["layered"]
    (entry,) = json.loads((folder / "index.json").read_bytes())["manifests"]
    assert image.reference == entry["annotations"]["org.opencontainers.image.ref.name"]
    manifest = json.loads(read_blob(folder, entry))
    assert image.config == json.loads(read_blob(folder, manifest["config"]))
    blobs = [read_blob(folder, descriptor) for descriptor in manifest["layers"]]
    plain = [gzip.decompress(blob) if suffix else blob for blob in blobs]
    assert [layer.content for layer in image.layers] == plain
    for descriptor in manifest["layers"]:
        assert f"application/vnd.oci.image.layer.v1.tar{suffix}" == descriptor["mediaType"]
        assert (folder / "blobs" / descriptor["digest"].replace(":", "/")).is_symlink()


@pytest.mark.parametrize(
    ("form", "transport"),
    [("layered", "docker-archive"), ("oci", "oci"), ("ociUncompressed", "oci")],
)
def test_skopeo_reads_every_form(
    form: str, transport: str, archives: dict[str, Path], images: dict[str, DockerArchive]
) -> None:
    """It finds the configuration, and as many layers."""
    command = ["skopeo", "inspect", f"{transport}:{archives[form]}"]
    seen = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert images["layered"].config["config"]["Env"] == seen["Env"]
    assert len(images["layered"].layers) == len(seen["Layers"])


def test_building_again_gives_the_same_bytes_without_the_sandbox(
    archives: dict[str, Path],
) -> None:
    """Every step of the way, not the archive alone."""
    assert archives
    derivations = output(
        nix(
            "nix-instantiate",
            f"with {IMAGES}; [ layered layered.oci layered.ociUncompressed asRoot fakeRoot ]",
        )
    )
    drvs = [line.partition("!")[0] for line in derivations.splitlines()]
    graph = output(_store("--query", "--requisites", *drvs)).splitlines()
    parts = ("-layer-", "-root-", "-image-parts-", "-docker-image-", "-oci-image-")
    steps = [path for path in graph if path.endswith(".drv") and any(p in path for p in parts)]
    assert len(steps) > 10
    output(_store("--realise", "--check", "--option", "sandbox", "false", *steps))


def _store(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["nix-store", *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("function", "argument", "message"),
    [
        ("buildLayeredImage", 'compressor = "gz"', 'compressor: expected "none", got "gz"'),
        ("buildLayeredImage", "includeNixDB = true", "includeNixDB: this package set has no Nix"),
        ("buildLayeredImage", "enableFakechroot = true", "enableFakechroot: not possible"),
        ("buildImage", 'compressor = "zstd"', 'compressor: expected "none", got "zstd"'),
        ("buildImage", "contents = [ ]; copyToRoot = [ ]", "contents: it is the old name"),
        ("buildImage", "unheardOf = 1", "called with unexpected argument 'unheardOf'"),
    ],
)
def test_what_is_not_possible_here_is_refused(function: str, argument: str, message: str) -> None:
    """With the image's name, the argument and the reason."""
    text = refusal(f'pkgs.dockerTools.{function} {{ name = "test/refused"; {argument}; }}')
    assert message in text
    assert "unheardOf" in message or "image test/refused" in text

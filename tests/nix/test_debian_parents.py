"""Parents of any origin, with the debian package set's dockerTools."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from debian_set import build, build_all, nix, refusal
from docker_archive import DockerArchive
from file_watcher import watched
from image_files import (
    Json,
    Layout,
    digest_of,
    gzipped,
    write_docker_archive,
    write_layout,
)
from layer_reader import apply, read_folder
from parent_images import (
    CHANGES,
    LAYERS,
    child,
    compressed,
    entry,
    folder,
    link,
    shown,
    write_parents,
)
from random_layers import Layer, to_images, to_tar

pytestmark = pytest.mark.usefixtures("own_images")

PAIRS = 500


@pytest.fixture(scope="module")
def parents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_parents(tmp_path_factory.mktemp("parents"))


@pytest.fixture(scope="module")
def children(parents: dict[str, Path]) -> dict[str, DockerArchive]:
    bindings = [f'"{name}" = {child(name, path)};' for name, path in parents.items()]
    return {
        name: DockerArchive.load(path)
        for name, path in build_all(f"{{ {' '.join(bindings)} }}").items()
    }


def test_layers_of_a_parent_of_any_form_stay(children: dict[str, DockerArchive]) -> None:
    """Byte for byte, with the environment of the parent first and its own in place."""
    assert len(children) == 10
    for image in children.values():
        assert LAYERS == [layer.content for layer in image.layers[:2]]
        assert ["B=2", "A=own", "C=x=y", "D=4"] == image.config["config"]["Env"]


def test_every_form_of_a_child_can_be_loaded(parents: dict[str, Path]) -> None:
    """By podman and skopeo; layers that gzip compressed keep their digests for the push."""
    image = child("forms", parents["index"])
    forms = build_all(f"let i = {image}; in {{ archive = i; inherit (i) oci ociUncompressed; }}")
    expected = [digest_of(layer) for layer in LAYERS]
    for name, path in forms.items():
        transport = "docker-archive" if name == "archive" else "oci"
        config = json.loads(run("skopeo", "inspect", "--config", "--raw", f"{transport}:{path}"))
        assert expected == config["rootfs"]["diff_ids"][:2]
        identifier = run("podman", "pull", "--quiet", f"{transport}:{path}")
        read = ("sh", "-c", 'cat "$(podman image mount "$1")/etc/three"', "sh", identifier)
        assert "3" == run(*IN_STORAGE, *read)
        remove(identifier)
    manifest = json.loads(run("skopeo", "inspect", "--raw", f"oci:{forms['oci']}"))
    assert [digest_of(gzipped(layer)) for layer in LAYERS] == [
        each["digest"] for each in manifest["layers"][:2]
    ]


@pytest.mark.parametrize("compression", ["plain", "zstd"])
@pytest.mark.parametrize("layers", [None, []])
def test_a_parent_without_layers(
    layers: list[bytes] | None, compression: str, tmp_path: Path
) -> None:
    """`Layers` and `config` may be null as well as empty."""
    parent = write_docker_archive(tmp_path / "empty.tar", layers)
    if compression == "zstd":
        parent = compressed(parent, ".zst")
    image = DockerArchive.load(build(child("empty", parent)))
    assert ["A=own", "D=4"] == image.config["config"]["Env"]
    assert image.layers


def test_an_image_is_chosen_by_its_name(tmp_path: Path) -> None:
    """In an archive of several, and in a layout by its annotation; others are named."""
    layout = Layout(tmp_path / "layout")
    named: list[Json] = []
    for number, name in enumerate(("x/one:1", "x/two:2")):
        image = layout.add_image([LAYERS[number]])
        named.append({**image, "annotations": {"org.opencontainers.image.ref.name": name}})
    path = layout.write_index(*named)

    def image_of(name: str) -> str:
        return f"""pkgs.dockerTools.buildImage {{
          name = "test/chosen"; fromImage = {path}; fromImageName = "{name}";
        }}"""

    chosen = DockerArchive.load(build(image_of("x/two")))
    assert [LAYERS[1]] == [layer.content for layer in chosen.layers[:-1]]
    message = refusal(image_of("x/three"))
    assert "no image x/three:of any tag for linux/amd64 in it" in message
    assert "it has x/one:1, x/two:2" in message


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    """With what is expected, and where it comes from."""
    other = tmp_path / "other.tar"
    other.write_bytes(to_tar([entry("file")]))
    text = tmp_path / "text.tar"
    text.write_text("no archive")
    layout = write_layout(tmp_path / "broken", LAYERS)
    (blob,) = layout.glob(f"blobs/sha256/{hashlib.sha256(LAYERS[0]).hexdigest()}")
    blob.write_bytes(LAYERS[1])
    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / "manifest.json").write_text('{"Layers": []}')
    for path, message in (
        (strange, "its JSON is not that of an image"),
        (other, "neither manifest.json nor index.json in it"),
        (text, "no archive of an image"),
        (layout, "is another file"),
    ):
        done = refusal(child("refused", path))
        assert message in done
        assert "Traceback" not in done


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# Where an ordinary user's podman mounts.
IN_STORAGE = ("podman", "unshare") if os.geteuid() else ()


def mount(identifier: str) -> Path:
    return Path(run("podman", "image", "mount", identifier))


def remove(identifier: str) -> None:
    run(*IN_STORAGE, "podman", "image", "unmount", identifier)
    run("podman", "rmi", "--force", identifier)


FIND = r"find p[0-9]* -printf '%p\t%y\t%m\t%U\t%G\t%l\0'"


def seen(text: bytes) -> list[tuple[str, str, str, str, str, str]]:
    """Read what `FIND` prints; the mode of a link means nothing."""
    records = [tuple(each.decode().split("\t")) for each in text.split(b"\0")[:-1]]
    return sorted(
        (path, kind, "" if kind == "l" else mode, uid, gid, target)
        for path, kind, mode, uid, gid, target in records
    )


@pytest.mark.skipif(
    os.geteuid() != 0, reason="files belong to more users than an ordinary user's podman has"
)
def test_commands_see_random_layers_and_their_changes_are_a_layer(tmp_path: Path) -> None:
    """What they see, and what is seen in podman afterwards, is what another reader finds."""
    layers = to_images(range(PAIRS))
    parent = write_docker_archive(tmp_path / "parent.tar", layers)
    image = build(f"""pkgs.dockerTools.buildImage {{
      name = "test/random"; tag = "1"; fromImage = {parent};
      runAsRoot = ''
        {FIND} >/before
        {CHANGES}
        {FIND} >/after
      '';
    }}""")
    archive = DockerArchive.load(image)
    contents = [layer.content for layer in archive.layers]
    assert layers == contents[:-1]
    expected = apply(contents)
    identifier = run("podman", "pull", "--quiet", f"docker-archive:{image}")
    root = mount(identifier)
    files = {path: each for path, each in read_folder(root).items() if not path.startswith("nix/")}
    before, after = (seen((root / name).read_bytes()) for name in ("before", "after"))
    remove(identifier)
    assert shown(apply(layers)) == before
    assert shown(expected) == after
    assert {path: each for path, each in expected.items() if not path.startswith("nix/")} == files


def test_a_changed_file_keeps_what_the_builder_cannot_set(tmp_path: Path) -> None:
    """Its capabilities and its setuid bit; what is new has what the commands set."""
    made = entry("program", "text")
    made[0][0].mode, made[0][0].uid = 0o4755, 1000
    capability = "\1\0\0\2\0\4\0\0" + "\0" * 12
    extended = {"SCHILY.xattr.security.capability": capability, "SCHILY.xattr.trusted.a": "b"}
    made[0][0].pax_headers = dict(extended)
    parent = write_docker_archive(tmp_path / "parent.tar", [to_tar([made, entry("other", "x")])])
    archive = DockerArchive.load(
        build(f"""pkgs.dockerTools.buildImage {{
          name = "test/extended"; fromImage = {parent};
          runAsRoot = "chmod 4750 /program; ln /program /again; chown 7 /other; chmod 2711 /other";
        }}""")
    )
    members = archive.layers[-1].members()
    program, again, other = (members[name] for name in ("program", "again", "other"))
    # Names are written in their order, and the first has the file.
    assert ("again", True) == (program.linkname, program.islnk())
    assert (0o4750, 1000, extended) == (again.mode, again.uid, again.pax_headers)
    assert (0o2711, 7, {}) == (other.mode, other.uid, other.pax_headers)


HOSTILE: dict[str, list[list[Layer]]] = {
    "link-then-file": [[link("etc", "{out}"), entry("etc/passwd", "evil")]],
    "link-below-file": [[link("etc", "{out}")], [entry("etc/passwd", "evil")]],
    "relative": [[link("etc", "../../../../../..{out}"), entry("etc/passwd", "evil")]],
    "dotdot": [[entry("../../../../../../..{out}/passwd", "evil")]],
    "absolute": [[entry("{out}/passwd", "evil")]],
    "hard-link": [[entry("etc/copy", kind=tarfile.LNKTYPE, target="{out}/canary")]],
    "hard-link-through": [
        [link("d", "{out}"), entry("copy", kind=tarfile.LNKTYPE, target="d/canary")]
    ],
    "whiteout": [[link("etc", "{out}")], [entry("etc/.wh.canary")]],
    "opaque": [[link("etc", "{out}")], [entry("etc/.wh..wh..opq")]],
    "whiteout-in-one": [[link("etc", "{out}"), entry("etc/.wh.canary")]],
    "root-places": [
        [link(name, "{out}") for name in ("nix", "dev", "proc", "sys", "tmp", "data", "bin")]
    ],
    "store": [[folder("nix"), link("nix/store", "{out}"), link("data", "{out}")]],
}


def write_hostile(path: Path, name: str, outside: Path) -> Path:
    layers = []
    for layer in HOSTILE[name]:
        for each, _ in (pair for made in layer for pair in made):
            each.name = each.name.replace("{out}", str(outside))
            each.linkname = each.linkname.replace("{out}", str(outside))
        layers.append(to_tar(layer))
    return write_docker_archive(path / f"{name}.tar", layers)


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "canary").write_text("untouched")
    (outside / "inner").mkdir()
    return outside


@pytest.mark.parametrize("sandbox", [True, False])
def test_nothing_is_read_or_written_outside_of_the_image(
    sandbox: bool, outside: Path, tmp_path: Path
) -> None:
    """With and without the sandbox, as root, whatever links the parent has."""
    images = []
    texts = [f'(pkgs.writeTextDir "{name}/own" "{sandbox}")' for name in ("etc", "data")]
    contents = f"[ {' '.join(texts)} ]"
    for name in HOSTILE:
        parent = write_hostile(tmp_path, name, outside)
        images.append(f"""
          "{name}-{sandbox}" = pkgs.dockerTools.buildImage {{
            name = "test/{name}"; fromImage = {parent}; tag = "{sandbox}";
            copyToRoot = {contents};
            runAsRoot = ''
              ls / /etc /data
              mkdir -p /etc
              echo {sandbox} >/etc/run
              rm -rf /etc/canary /d/*
            '';
            extraCommands = "mkdir -p etc data; echo 4 >etc/extra; rm -f etc/canary";
          }};
          "{name}-{sandbox}-copied" = pkgs.dockerTools.buildImage {{
            name = "test/{name}"; fromImage = {parent}; tag = "{sandbox}";
            copyToRoot = {contents};
            extraCommands = "echo 4 >etc/extra";
          }};
          "{name}-{sandbox}-linked" = pkgs.dockerTools.buildLayeredImage {{
            name = "test/{name}"; fromImage = {parent}; tag = "{sandbox}";
            contents = {contents};
            fakeRootCommands = "chown 5:5 etc; echo 4 >etc/extra";
          }};
        """)
    before = read_folder(outside)
    with watched(outside) as events:
        done = nix(
            "nix-build",
            f'pkgs.linkFarm "hostile" {{ {"".join(images)} }}',
            "--no-out-link",
            sandbox=sandbox,
        )
    assert 0 == done.returncode, done.stderr
    assert [] == events
    assert before == read_folder(outside)


@pytest.mark.parametrize("sandbox", [True, False])
def test_links_in_contents_lead_nowhere(sandbox: bool, outside: Path, tmp_path: Path) -> None:
    """Not even with a link of the parent that leads to them."""
    parent = write_docker_archive(tmp_path / "parent.tar", [to_tar([link("a", "evil/x")])])
    evil = f"""(pkgs.runCommand "evil" {{ }} "mkdir $out; ln -s {outside} $out/evil # {sandbox}")"""
    texts = f'(pkgs.writeTextDir "a/file" "{sandbox}") (pkgs.writeTextDir "evil/file" "text")'
    before = read_folder(outside)
    with watched(outside) as events:
        for function, argument in (("buildImage", "copyToRoot"), ("buildLayeredImage", "contents")):
            for below, contents in ((f"fromImage = {parent};", f"{evil} {texts}"), ("", evil)):
                for more in ("", 'runAsRoot = "true";' if function == "buildImage" else ""):
                    nix(
                        "nix-build",
                        f"""pkgs.dockerTools.{function} {{
                          name = "test/links"; {argument} = [ {contents} ]; {below} {more}
                        }}""",
                        "--no-out-link",
                        sandbox=sandbox,
                    )
    assert [] == events
    assert before == read_folder(outside)


def test_store_paths_that_a_later_layer_takes_are_added_again(tmp_path: Path) -> None:
    """The parent does not hold them any more, so the image has them in a layer of its own."""
    sed = str(build("pkgs.gnused"))
    names = build('pkgs.writeText "sed" (toString pkgs.gnused)').read_text()
    lower = subprocess.run(
        ["tar", "--create", "--directory=/", sed[1:]], check=True, capture_output=True
    ).stdout
    upper = to_tar([entry(f"nix/store/.wh.{Path(sed).name}")])
    assert sed == names
    held = write_docker_archive(tmp_path / "held.tar", [lower])
    taken = write_docker_archive(tmp_path / "taken.tar", [lower, upper])
    for parent, expected in ((held, 1), (taken, 2)):
        image = f"""pkgs.dockerTools.buildLayeredImage {{
          name = "test/store"; fromImage = {parent}; contents = [ pkgs.gnused ];
        }}"""
        layers = DockerArchive.load(build(image)).layers
        assert expected == sum("gnused" in layer.store_names() for layer in layers)

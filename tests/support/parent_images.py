"""Parents of all the forms that there are, children of them, and how their files are compared."""

from __future__ import annotations

import re
import subprocess
import tarfile
from pathlib import Path

from image_files import (
    INDEX,
    Layout,
    gzipped,
    write_docker_archive,
    zstd_compressed,
)
from layer_reader import Files
from random_layers import Layer, to_tar


def entry(name: str, content: str = "", kind: bytes = tarfile.REGTYPE, target: str = "") -> Layer:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, len(content.encode())
    return [(info, content.encode())]


def folder(name: str) -> Layer:
    return entry(name, kind=tarfile.DIRTYPE)


def link(name: str, target: str) -> Layer:
    return entry(name, kind=tarfile.SYMTYPE, target=target)


LAYERS = [
    to_tar([folder("etc"), entry("/etc/one", "1"), entry("./etc/two", "2")]) + bytes(10240),
    to_tar([entry("etc/.wh.one"), entry("etc/three", "3")]),
]
ENV = ["B=2", "A=1", "C=x=y"]


def packed(layout: Path, file: Path) -> Path:
    """Pack a folder as an archive, its names as `tar` gives them."""
    subprocess.run(["tar", "--create", f"--directory={layout}", f"--file={file}", "."], check=True)
    return file


def compressed(file: Path, suffix: str) -> Path:
    compress = gzipped if suffix == ".gz" else zstd_compressed
    other = file.with_name(file.name + suffix)
    other.write_bytes(compress(file.read_bytes()))
    return other


def write_index_of_platforms(path: Path) -> Path:
    """Write a layout as BuildKit does: an index in it, other processors, attestations."""
    layout = Layout(path)
    strange = layout.add_image([to_tar([entry("strange")])], Env=["A=strange"])
    attestation = layout.add_json("application/vnd.oci.image.manifest.v1+json", {"layers": []})
    images = [
        {**attestation, "platform": {"os": "unknown", "architecture": "unknown"}},
        {**strange, "platform": {"os": "linux", "architecture": "s390x"}},
        {
            **layout.add_image(LAYERS, "gzip", Env=ENV),
            "platform": {"os": "linux", "architecture": "amd64"},
        },
    ]
    index = layout.add_json(INDEX, {"schemaVersion": 2, "manifests": images})
    return layout.write_index({**index, "annotations": {"io.containerd.image.name": "x/y:1"}})


def write_parents(path: Path) -> dict[str, Path]:
    """Write one image of `LAYERS` in all the forms that there are."""
    archive = write_docker_archive(path / "plain.tar", LAYERS, Env=ENV)

    def layout(name: str, compression: str) -> Path:
        made = Layout(path / name)
        return made.write_index(made.add_image(LAYERS, compression, Env=ENV))

    return {
        "archive": archive,
        "archive-gzip": compressed(archive, ".gz"),
        "archive-zstd": compressed(archive, ".zst"),
        "archive-of-gzip": write_docker_archive(path / "g.tar", LAYERS, "gzip members", Env=ENV),
        "archive-of-zstd": write_docker_archive(path / "z.tar", LAYERS, "zstd", Env=ENV),
        "layout": layout("layout", "gzip"),
        "layout-plain": layout("layout-plain", "plain"),
        "layout-zstd": layout("layout-zstd", "zstd"),
        "layout-packed": packed(path / "layout-zstd", path / "layout.tar"),
        "index": write_index_of_platforms(path / "index"),
    }


def child(name: str, parent: Path, arguments: str = "") -> str:
    return f"""pkgs.dockerTools.buildLayeredImage {{
      name = "test/{name}"; tag = "1"; fromImage = {parent}; contents = [ pkgs.cacert ];
      config.Env = [ "A=own" "D=4" ]; {arguments}
    }}"""


CHANGES = """
  for each in p[0-9]*; do
    case $each in
      *0) rm -rf "$each"/a; mkdir -p "$each"/a/new ;;
      *1) rm -rf "$each"/*; echo file >"$each"/a ;;
      *2) chown -hR 7:8 "$each" ;;
      *3) chmod -R u+rw "$each" || true ;;
      *4) rm -rf "$each" ;;
      *5) rm -rf "$each"/b "$each"/c; ln -s a "$each"/b; mkdir "$each"/c; ln -sfn / "$each"/c/d ;;
      *6) mkfifo "$each"/fifo; echo x >"$each"/h; ln "$each"/h "$each"/g ;;
    esac
  done
"""


def shown(files: Files) -> list[tuple[str, str, str, str, str, str]]:
    kinds = {"file": "f", "folder": "d", "link": "l", "fifo": "p"}
    own = {path: each for path, each in files.items() if re.match("p[0-9]", path)}
    return sorted(
        (
            path,
            kinds.get(file.kind, file.kind[0]),
            "" if file.kind == "link" else f"{file.mode:o}",
            str(file.uid),
            str(file.gid),
            file.target,
        )
        for path, file in own.items()
    )

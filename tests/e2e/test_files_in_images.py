"""Files of the project in images: owners, modes, layers, and the same image everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from docker_archive import DockerArchive
from project import NIX_CONFIG, copy_lock, nixgen, output

pytestmark = pytest.mark.nix

DEFINITIONS = """\
from nixgen import File, Image, LayeredImage, Project, Service, pkgs

text = File(text=f"bash = {pkgs.gnused}\\n", mode=0o640, owner="nobody")
project = Project(images={
    "web": Image(
        name="web",
        command="exec sleep 1000",
        files={
            "/srv/app": File("./app dir", owner="1000:50", exclude=["*.tmp"]),
            "/srv/app/link": "app dir/run",
            "/etc/web.conf": text,
        },
    ),
    "files": LayeredImage(name="files", files={"/srv": "./app dir"}),
    "services": Image(
        name="services",
        users={"app": 1000},
        services=[
            Service(
                name="web",
                command="exec sleep 1000",
                environment_file="./web.env",
                files={"/srv/web": File("./app dir/sub", owner="app")},
            ),
            Service(name="worker", command="exec sleep 1000", files={"/etc/worker": text}),
        ],
    ),
})
"""


def make(folder: Path) -> Path:
    (folder / "app dir/sub").mkdir(parents=True)
    copy_lock(folder)
    (folder / "images.py").write_text(DEFINITIONS)
    (folder / "web.env").write_text("LEVEL=info\n")
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "app dir/run").write_text("#!/bin/sh\necho run\n")
    (folder / "app dir/run").chmod(0o700)
    for name in ("sub/main.py", "a.log", "b.tmp"):
        (folder / "app dir" / name).write_text("text")
    (folder / "app dir/sub/main.py").chmod(0o600)
    output(nixgen("emit", folder=folder))
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("files"))


def build(folder: Path, attribute: str, *options: str) -> Path:
    done = subprocess.run(
        ["nix-build", "--no-out-link", "-A", f"dockerImages.{attribute}", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "NIX_CONFIG": NIX_CONFIG},
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return Path(done.stdout.strip())


def members(archive: Path) -> dict[str, tarfile.TarInfo]:
    """Return what is in the image by path."""
    found: dict[str, tarfile.TarInfo] = {}
    for layer in DockerArchive.load(archive).layers:
        found |= layer.members()
    return found


def test_files_have_owners_and_modes(project: Path) -> None:
    """What git ignores and what is excluded is not there; the store paths of a text are."""
    files = members(build(project, "web"))
    found = {
        path: (f"{entry.mode:04o}", entry.uid, entry.gid)
        for path, entry in files.items()
        if path.startswith(("srv", "etc/web"))
    }
    assert found == {
        "etc/web.conf": ("0640", 65534, 65534),
        "srv": ("0755", 0, 0),
        "srv/app": ("0755", 1000, 50),
        "srv/app/link": ("0755", 0, 0),
        "srv/app/run": ("0755", 1000, 50),
        "srv/app/sub": ("0755", 1000, 50),
        "srv/app/sub/main.py": ("0644", 1000, 50),
    }
    assert any(path.endswith("/bin/sed") and path.startswith("nix/store") for path in files)


def test_changed_line_changes_one_layer(project: Path, tmp_path: Path) -> None:
    """And in another folder the image is the same, by restricted evaluation too."""
    before = build(project, "web")
    other = make(tmp_path / "an other")
    restricted = ["--option", "restrict-eval", "true", "-I", str(other)]
    assert before == build(other, "web", *restricted)
    shutil.rmtree(other / "app dir/sub")
    layers = [DockerArchive.load(path).layers for path in (before, build(other, "web"))]
    assert 1 == sum(old.digest != new.digest for old, new in zip(*layers, strict=True))


def test_image_of_files_alone(project: Path) -> None:
    """A LayeredImage takes files as well."""
    files = members(build(project, "files"))
    assert ("0755", 0) == (f"{files['srv/run'].mode:04o}", files["srv/run"].uid)


def test_services_bring_files_along(project: Path) -> None:
    """Their files are in the image, and so is the project's environment file."""
    files = members(build(project, "services"))
    assert {"srv/web": (1000, 1000), "etc/worker": (65534, 65534)} == {
        path: (files[path].uid, files[path].gid) for path in ("srv/web", "etc/worker")
    }
    [path] = [path for path in files if path.endswith("-web.env")]
    definition = (project / "nix/images/services.nix").read_text()
    assert path.startswith("nix/store/")
    assert 'path = "web.env"' in definition

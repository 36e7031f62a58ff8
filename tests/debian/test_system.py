"""What an image of Debian packages has: every file of each package, dpkg's database, no secret."""

from __future__ import annotations

import functools
import io
import os
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from debian_images import build, closure, programs

ALL = "NIXGEN_TEST_DEBIAN"
PROGRAM = "nginx-default"
MOST_LAYERS = 56
# The beginnings of private keys, and files that hold nothing else.
SECRET_TEXTS = re.compile(rb"^-----BEGIN ([A-Z]+ )*PRIVATE KEY", re.MULTILINE)
SECRET_FILES = re.compile(r"erlang\.cookie|rndc\.key|ssh_host_.*_key|machine-id$|random-seed$")

pytestmark = pytest.mark.nix


def _chosen() -> list[str]:
    return sorted(programs()) if os.environ.get(ALL) else [PROGRAM]


@functools.cache
def _layers(name: str) -> list[Path]:
    """Return the plain layers of a program's image, the lowest first."""
    lines = (build("image.parts.tar", programs()[name]) / "layers").read_text().splitlines()
    return [Path(line.split()[3]) for line in lines]


def _is_of_packages(layer: Path) -> bool:
    return "-layer-debian-" in str(layer) and "-layer-debian-configured" not in str(layer)


def _configured(name: str) -> Path:
    return next(layer for layer in _layers(name) if "-layer-debian-configured" in str(layer))


def _describe(entry: tarfile.TarInfo) -> tuple[object, ...]:
    return entry.type, entry.mode, entry.uid, entry.gid, entry.size, entry.linkname.lstrip("./")


def _merged(name: str) -> str:
    path = name.removeprefix("./").rstrip("/")
    return re.sub(r"^(bin|sbin|lib|lib64)(?=/|$)", r"usr/\1", path)


def _query(*words: str) -> list[str]:
    """Return the lines of an answer of Nix's store."""
    done = subprocess.run(["nix-store", "--query", *words], capture_output=True, check=True)
    return done.stdout.decode().split()


def _debs(layer: Path) -> list[str]:
    """Return the .deb files that a layer is made of."""
    inputs = _query("--references", *_query("--deriver", str(layer.parent)))
    return _query("--outputs", *(each for each in inputs if each.endswith(".deb.drv")))


def _packaged(deb: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the files of a package, folders apart, as dpkg-deb reads them."""
    done = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], capture_output=True, check=True)
    for entry in tarfile.open(fileobj=io.BytesIO(done.stdout)):  # noqa: SIM115
        if not entry.isdir():
            if entry.islnk():
                entry.linkname = _merged(entry.linkname)
            yield _merged(entry.name), _describe(entry)


def test_every_file_of_every_package_is_there() -> None:
    """Each has the kind, mode, owner, size and target that it has in its .deb file."""
    found, debs = {}, []
    for layer in filter(_is_of_packages, _layers(PROGRAM)):
        found.update({entry.name: _describe(entry) for entry in tarfile.open(layer)})  # noqa: SIM115
        debs += _debs(layer)
    expected = {path: file for deb in debs for path, file in _packaged(deb)}
    assert len(closure(PROGRAM)) == len(debs)
    assert expected == {path: found.get(path) for path in expected}


@pytest.mark.parametrize("name", _chosen())
def test_dpkg_knows_the_packages_of_the_lock(name: str, tmp_path: Path) -> None:
    """All of them in their versions, all installed, and no other."""
    with tarfile.open(_configured(name)) as archive:
        for file in ("status", "available"):
            (tmp_path / file).write_bytes(_read(archive, f"var/lib/dpkg/{file}"))
    query = ["dpkg-query", "--admindir", str(tmp_path), "--show"]
    query += ["--showformat", "${Package} ${Version} ${db:Status-Abbrev}\n"]
    done = subprocess.run(query, capture_output=True, text=True, check=True)
    expected = [f"{package} {version} ii" for package, version in sorted(closure(name).items())]
    assert expected == sorted(line.strip() for line in done.stdout.splitlines())


@pytest.mark.parametrize("name", _chosen())
def test_no_secret_is_in_the_configured_layer(name: str) -> None:
    """What must differ between containers is made by them, at their first start."""
    with tarfile.open(_configured(name)) as archive:
        files = [entry.name for entry in archive if entry.isreg()]
        named = [file for file in files if SECRET_FILES.search(file)]
        written = [file for file in files if SECRET_TEXTS.search(_read(archive, file))]
    assert ([], []) == (named, written)


@pytest.mark.parametrize("name", _chosen())
def test_an_image_has_no_more_layers_than_engines_take(name: str) -> None:
    """However many packages are in it."""
    assert len(_layers(name)) <= MOST_LAYERS


def _reproducible(name: str) -> object:
    random = "slapd's postinst makes a database with random numbers and the time of day in it"
    return pytest.param(
        name, marks=pytest.mark.xfail(name == "openldap", reason=random, strict=True)
    )


@pytest.mark.skipif(not os.environ.get(ALL), reason="takes long; make test-debian runs it")
@pytest.mark.parametrize("name", [_reproducible(name) for name in sorted(programs())])
def test_the_configured_layer_comes_out_the_same_again(name: str) -> None:
    """Nix builds it twice and compares the bytes."""
    [deriver] = _query("--deriver", str(_configured(name).parent))
    options = ["--option", "build-users-group", "", "--option", "substituters", ""]
    check = ["nix-store", "--realise", "--check", deriver, *options]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    return file.read() if file else b""

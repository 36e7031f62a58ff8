"""Where the locked .deb files are fetched from, which no result depends on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from debian_set import NIX_CONFIG, PACKAGE_SET, lock, output

from nixgen.package_sets.debian import seed_name

pytestmark = pytest.mark.nix

SOURCES = """\
# Types: deb
Types: deb deb-src
URIs: http://one.example/debian/ https://two.example/debian
# a comment among the fields
Suites: trixie trixie-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 URIs: http://key.example/
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: trixie

types: deb
uris: mirror+file:{mirrors} http://me:secret@closed.example/debian cdrom:[Debian]/
suites: trixie-security
components: main contrib
"""
LINES = """\
# deb http://off.example/debian trixie main
deb [arch=amd64 signed-by=/a/key.gpg] http://three.example/debian trixie main contrib # the usual
  deb\thttp://four.example/debian-security  trixie-security main
deb-src http://sources.example/debian trixie main
deb file:/srv/debian trixie main
deb http://me:secret@closed.example/debian trixie main
"""


def evaluated(expression: str, **environment: str) -> Any:
    words = ["nix-instantiate", "--eval", "--strict", "--json", "--expr", expression]
    done = subprocess.run(
        words, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    return json.loads(output(done))


def read(file: Path) -> Any:
    lib = f"import {PACKAGE_SET}/lib.nix"
    return evaluated(f"import {PACKAGE_SET}/readAptSources.nix {{ lib = {lib}; }} {file}")


def test_sources_in_paragraphs_are_read(tmp_path: Path) -> None:
    """What is switched off is left out, and a list of mirrors stands for its mirrors."""
    mirrors = tmp_path / "mirrors"
    mirrors.write_text(
        "# near\nhttp://near.example/debian\tpriority:1\n\nhttp://far.example/debian\n"
    )
    file = tmp_path / "debian.sources"
    file.write_text(SOURCES.format(mirrors=mirrors))
    assert [
        {
            "components": ["main"],
            "suites": ["trixie", "trixie-updates"],
            "uris": ["http://one.example/debian/", "https://two.example/debian"],
        },
        {
            "components": ["main", "contrib"],
            "suites": ["trixie-security"],
            "uris": ["http://near.example/debian", "http://far.example/debian"],
        },
    ] == read(file)


def test_sources_in_lines_are_read(tmp_path: Path) -> None:
    """Sources that Nix cannot fetch from, or may not, have no addresses."""
    file = tmp_path / "sources.list"
    file.write_text(LINES)
    found = [(source["uris"], source["suites"]) for source in read(file)]
    assert [
        (["http://three.example/debian"], ["trixie"]),
        (["http://four.example/debian-security"], ["trixie-security"]),
        ([], ["trixie"]),
        ([], ["trixie"]),
    ] == found


@pytest.mark.parametrize("name", ["debian.list.save", "README", "empty.sources", "empty.list"])
def test_files_without_sources_have_none(tmp_path: Path, name: str) -> None:
    """apt does not read files of other names either."""
    (tmp_path / name).write_text("" if "empty" in name else LINES)
    assert [] == read(tmp_path / name)


def addresses(package: str, variable: str) -> list[str]:
    expression = f"""
      let
        lib = import {PACKAGE_SET}/lib.nix;
        locked = import {PACKAGE_SET}/lock.nix {{
          inherit lib;
          system = builtins.currentSystem;
          file = {lock()};
        }};
      in
      import {PACKAGE_SET}/mirrors.nix {{
        inherit (locked) archives suite;
        inherit lib;
        mirrors.debian = [ "http://own.example/debian/" ];
      }} locked.packages.{package}
    """
    found: list[str] = evaluated(expression, NIXGEN_DEBIAN_MIRRORS=variable)
    return found


def test_mirrors_are_tried_in_turn() -> None:
    """The project's first, then the machine's, and the archive of snapshots last."""
    given = (
        "debian=http://a.example/debian debian-security=http://b.example/x debian=http://c.example"
    )
    found = addresses("libgcc-s1", given)
    [path] = {address.partition("/pool/")[2] for address in found}
    time = json.loads(lock().read_bytes())["archives"]["debian"]["snapshot"]
    assert [
        "http://own.example/debian",
        "http://a.example/debian",
        "http://c.example",
        f"http://snapshot.debian.org/archive/debian/{time}",
    ] == [address.removesuffix(f"/pool/{path}") for address in found]


def test_a_plus_sign_in_a_path_is_escaped() -> None:
    """Some servers take it for a space."""
    for address in addresses("libgcc-s1", "debian=http://a.example/debian"):
        assert "%2b" in address
        assert "+" not in address


class Mirror:
    """A mirror on the loopback address, and the paths that it was asked for."""

    def __init__(self, folder: Path) -> None:
        asked: list[str] = []

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                super().do_GET()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.asked = asked
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def serving(folder: Path) -> Iterator[Mirror]:
    mirror = Mirror(folder)
    thread = threading.Thread(target=mirror.server.serve_forever)
    thread.start()
    try:
        yield mirror
    finally:
        mirror.server.shutdown()
        thread.join()
        mirror.server.server_close()


def make_deb(folder: Path, version: str) -> Path:
    """Make a package with a program that says its version, as no store has it yet."""
    files = folder / f"files-{version}"
    (files / "DEBIAN").mkdir(parents=True)
    (files / "usr/bin").mkdir(parents=True)
    control = f"Package: greeter\nVersion: {version}\nArchitecture: all\nMaintainer: x\n"
    (files / "DEBIAN/control").write_text(f"{control}Description: {uuid4()}\n")
    (files / "usr/bin/greeter").write_text(f"#!/bin/sh\necho version {version}\n")
    (files / "usr/bin/greeter").chmod(0o755)
    deb = folder / f"greeter_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--build", "-Zxz", files, deb], check=True, capture_output=True)
    return deb


def lock_with(deb: Path, folder: Path) -> Path:
    """Copy the repository's lock, with one more package in it."""
    content = json.loads(lock().read_bytes())
    for architecture, locked in content["architectures"].items():
        locked["packages"]["greeter"] = {
            **locked["packages"]["adduser"],
            "version": "1.0+a",
            "path": f"pool/main/g/greeter/{deb.name}",
            "sha256": hashlib.sha256(deb.read_bytes()).hexdigest(),
            "size": deb.stat().st_size,
            "preDepends": [],
            "depends": [],
        }
        shutil.copy(lock().parent / seed_name(architecture), folder)
    (folder / "debian.lock.json").write_text(json.dumps(content))
    return folder / "debian.lock.json"


def mirror_with(deb: Path, folder: Path) -> Path:
    pool = folder / "pool/main/g/greeter"
    pool.mkdir(parents=True)
    shutil.copy(deb, pool)
    return folder


def built(locked: Path, variable: str, *, check: bool = False) -> subprocess.CompletedProcess[str]:
    expression = f"(import {PACKAGE_SET} {{ lock = {locked}; }}).greeter"
    words = ["nix-build", "--no-out-link", "--expr", expression, "--option", "sandbox", "true"]
    environment = {"NIX_CONFIG": NIX_CONFIG, "NIXGEN_DEBIAN_MIRRORS": variable}
    return subprocess.run(
        [*words, *(["--check"] if check else [])],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_lock_builds_while_one_mirror_has_its_files(tmp_path: Path) -> None:
    """A mirror that is down, one with newer versions and one with other bytes are passed over."""
    old, new = make_deb(tmp_path, "1.0+a"), make_deb(tmp_path, "1.1")
    locked = lock_with(old, tmp_path)
    moved_on = mirror_with(new, tmp_path / "moved-on")
    broken = mirror_with(old, tmp_path / "broken")
    (broken / f"pool/main/g/greeter/{old.name}").write_bytes(b"<html>not here</html>")
    kept = mirror_with(old, tmp_path / "kept")
    with serving(moved_on) as first, serving(broken) as second, serving(kept) as third:
        mirrors = ["http://127.0.0.1:9", first.address, second.address, third.address]
        variable = " ".join(f"debian={address}" for address in mirrors)
        path = output(built(locked, variable))
        [asked] = {tuple(each.asked) for each in (first, second, third)}
        assert (f"/pool/main/g/greeter/{old.name.replace('+', '%2b')}",) == asked
    ran = subprocess.run([f"{path}/bin/greeter"], check=True, capture_output=True, text=True)
    assert "version 1.0+a\n" == ran.stdout
    # Another machine, with other mirrors, asks for the same path, and so has it already.
    assert path == output(built(locked, "debian=http://127.0.0.1:9"))


def test_a_file_that_no_mirror_has_is_told(tmp_path: Path) -> None:
    """Each mirror is named with what was wrong there."""
    deb = make_deb(tmp_path, "1.0+a")
    other = make_deb(tmp_path, "1.1")
    locked = lock_with(deb, tmp_path)
    broken = mirror_with(deb, tmp_path / "broken")
    (broken / f"pool/main/g/greeter/{deb.name}").write_bytes(other.read_bytes())
    with serving(broken) as mirror:
        failed = built(locked, f"debian=http://127.0.0.1:9 debian={mirror.address}")
    assert failed.returncode != 0
    assert "http://127.0.0.1:9/pool/main/g/greeter/greeter_1.0%2ba_all.deb: cannot" in failed.stderr
    assert f"{mirror.address}/pool/main/g/greeter/greeter_1.0%2ba_all.deb: its SHA" in failed.stderr
    assert "no mirror has debian-greeter-1.0+a.deb as it was locked" in failed.stderr

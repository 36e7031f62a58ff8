"""Builders that see the machine, where Nix has no sandbox: they leave it as it is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from debian_set import PACKAGE_SET, nix, output


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of the machine that every user, a builder too, may write to."""
    folder = tmp_path_factory.mktemp("outside")
    folder.chmod(0o777)
    for above in folder.parents[:2]:
        above.chmod(above.stat().st_mode | 0o011)
    yield folder
    assert [] == list(folder.iterdir())


def build(expression: str) -> Path:
    return Path(output(nix("nix-build", expression, "--no-out-link", sandbox=False)))


def make_deb(content: Path, file: Path) -> None:
    control = content / "DEBIAN/control"
    control.parent.mkdir(parents=True)
    control.write_text(
        "Package: linked\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: links\n"
    )
    subprocess.run(
        ["dpkg-deb", "--build", "--root-owner-group", "-Zxz", str(content), str(file)],
        check=True,
        capture_output=True,
    )


def test_links_of_a_package_do_not_lead_out_of_it(outside: Path, tmp_path: Path) -> None:
    """Where there is a folder on the machine, nothing is put into it."""
    content = tmp_path / "content"
    (content / "usr/lib/linked").mkdir(parents=True)
    (content / "usr/lib/linked/data").symlink_to(outside)
    make_deb(content, tmp_path / "linked.deb")
    unpacked = build(
        f"""pkgs.runBusybox {{
          name = "linked";
          script = {PACKAGE_SET}/unpack-deb.sh;
          environment.deb = {tmp_path}/linked.deb;
        }}"""
    )
    assert f"../../..{outside}" == str((unpacked / "usr/lib/linked/data").readlink())


def test_a_program_takes_the_place_of_a_link_to_another(tmp_path: Path) -> None:
    """What the link leads to, in another store path, is not written to."""
    program = tmp_path / "b/usr/sbin/twice"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    path = build(
        f"""pkgs.runBusybox {{
          name = "programs";
          script = {PACKAGE_SET}/package.sh;
          environment = {{
            outputs = [ "out" "lib" ];
            loader = "true";
            triplet = "none";
            shell = "${{pkgs.bash}}/bin/bash";
            programFolders = [
              (pkgs.runCommand "static" {{ }} ''
                mkdir -p $out/usr/bin
                cp ${{pkgs.busybox}}/bin/busybox $out/usr/bin/twice
              '')
              {tmp_path}/b
            ];
            libraryFolders = [ ];
            alternatives = [ ];
          }};
        }}"""
    )
    assert "usr/sbin/twice" in (path / "bin/twice").read_text()
    assert not (path / "bin/twice").is_symlink()

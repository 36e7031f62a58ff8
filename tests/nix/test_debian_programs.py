"""Programs of the debian package set run, in a build and anywhere else."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from debian_set import PACKAGE_SET, build, build_all, evaluate, lock, refusal

# A command line for each package of the set's list, and what it prints.
PROGRAMS = {
    "bash": ("bash --version", "GNU bash"),
    "busybox": ("busybox", "BusyBox v"),
    "coreutils": ("ls --version", "ls (GNU coreutils)"),
    "curl": ("curl --version", "curl "),
    "fakeroot": ("fakeroot --version", "fakeroot version"),
    "findutils": ("find --version", "find (GNU findutils)"),
    "gawk": ("awk --version", "GNU Awk"),
    "gnugrep": ("grep --version", "grep (GNU grep)"),
    "gnused": ("sed --version", "sed (GNU sed)"),
    "gnutar": ("tar --version", "tar (GNU tar)"),
    "gzip": ("gzip --version", "gzip "),
    "jq": ("jq --version", "jq-"),
    "libdeflate": ("libdeflate-gzip -V", "gzip compression program"),
    "openssl": ("openssl version", "OpenSSL "),
    "python3": ("python3 --version", "Python 3"),
    "runit": ("sv", "usage: sv"),
    "skopeo": ("skopeo --version", "skopeo version"),
    "zstd": ("zstd --version", "Zstandard"),
}


@pytest.fixture(scope="module")
def packages() -> dict[str, Path]:
    names = " ".join(PROGRAMS)
    return build_all(f"{{ inherit (pkgs) cacert {names}; }}")


def run(*words: str | Path, **variables: str) -> str:
    """Run a program with nothing but these environment variables; return all it prints."""
    done = subprocess.run(
        words, env=variables, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout.decode()


def test_every_package_of_the_list_is_tried() -> None:
    """A package that is added needs a line above; fluentd has tests of its own."""
    listed = json.loads((PACKAGE_SET / "packages.json").read_bytes())["packages"]
    assert set(PROGRAMS) | {"cacert", "fluentd"} == set(listed)


@pytest.mark.parametrize("package", PROGRAMS)
def test_a_program_runs_with_an_empty_environment(package: str, packages: dict[str, Path]) -> None:
    """It needs no library path, no home folder and nothing of the machine's."""
    command, text = PROGRAMS[package]
    program, *arguments = command.split()
    assert text in run(packages[package] / "bin" / program, *arguments)


def test_a_program_runs_under_another_name(packages: dict[str, Path], tmp_path: Path) -> None:
    """As in an image, where /bin/NAME is a link to it."""
    for package, program in {"python3": "python3", "gnused": "sed", "bash": "sh"}.items():
        (tmp_path / program).symlink_to(packages[package] / "bin" / program)
    assert "ok\n" == run(tmp_path / "python3", "-c", "import json, ssl; print('ok')")
    assert run(tmp_path / "sed", "--version").startswith(f"{tmp_path}/sed (GNU sed)")
    assert "posix\n" == run(tmp_path / "sh", "-c", "[[ -o posix ]] && echo posix")


def test_pythons_modules_with_libraries_of_their_own_work(packages: dict[str, Path]) -> None:
    """So does starting itself again."""
    script = """
import bz2, ctypes, curses, hashlib, json, lzma, readline, sqlite3, ssl, subprocess, sys, uuid, zlib
again = [sys.executable, "-c", "import sys; print(sys.prefix)"]
print(subprocess.check_output(again, text=True) == sys.prefix + "\\n")
"""
    assert "True\n" == run(packages["python3"] / "bin/python3", "-c", script)


def test_environment_variables_reach_a_program_unchanged(packages: dict[str, Path]) -> None:
    """Also those that no shell can hold; and no variable is added that changes other programs."""
    function = {"BASH_FUNC_f%%": "() { echo; }", "BASH_ENV": "/nowhere", "SHLVL": "3"}
    variables = {"a.b": "1", "A": "x y\nz", "PATH": "/nowhere", **function}
    printed = run(packages["coreutils"] / "bin/env", "-0", **variables).split("\0")
    given = {f"{name}={value}" for name, value in variables.items()}
    assert given <= set(printed)
    added = {entry.partition("=")[0] for entry in {*printed} - given} - {""}
    assert added <= {"PWD", "_", "OLDPWD"}


def test_arguments_reach_a_program_unchanged(packages: dict[str, Path]) -> None:
    """Whatever a shell would make of them."""
    arguments = ["", "a b", "$HOME", "*", "'", '"', "\\", "a\nb", "-n", "ä"]
    script = "import json, sys; print(json.dumps(sys.argv[1:]))"
    printed = run(packages["python3"] / "bin/python3", "-c", script, *arguments)
    assert arguments == json.loads(printed)


def test_a_program_gets_its_own_exit_status_and_signals(packages: dict[str, Path]) -> None:
    """The process that is started becomes the program; nothing stands between."""
    program = packages["python3"] / "bin/python3"
    script = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert 7 == subprocess.run([program, "-c", "raise SystemExit(7)"], check=False).returncode
    assert -15 == subprocess.run([program, "-c", script], check=False).returncode


def test_the_certificates_are_readable_by_openssl(packages: dict[str, Path]) -> None:
    """A hundred authorities and more, under the name that nixpkgs gives the file."""
    bundle = packages["cacert"] / "etc/ssl/certs/ca-bundle.crt"
    script = f"""
import ssl
print(len(ssl.create_default_context(cafile={str(bundle)!r}).get_ca_certs()) > 100)
"""
    assert "True\n" == run(packages["python3"] / "bin/python3", "-c", script)


def test_licences_stay_and_documentation_goes(packages: dict[str, Path]) -> None:
    """Who passes an image on must pass on the licences of what is in it."""
    references = subprocess.run(
        ["nix-store", "--query", "--references", packages["gnused"]],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    unpacked = next(Path(path) for path in references if "-debian-sed-" in path)
    assert (unpacked / "usr/share/doc/sed/copyright").is_file()
    assert not (unpacked / "usr/share/man").exists()
    assert not (unpacked / "usr/share/locale").exists()


def test_no_link_leads_out_of_an_unpacked_package_by_an_absolute_path() -> None:
    """Links below it are relative, and what was in /bin or /lib is below usr."""
    unpacked = build("(builtins.head pkgs.runit.programFolders)")
    links = [path.readlink() for path in unpacked.rglob("*") if path.is_symlink()]
    assert [] == [link for link in links if link.is_absolute()]
    assert ["usr"] == [path.name for path in unpacked.iterdir() if path.name not in {"etc", "var"}]


def test_packages_are_there_under_their_debian_names_too() -> None:
    """A wanted package that nixpkgs' list does not know is found by the name it was asked for."""
    assert evaluate("pkgs ? bash-static && pkgs ? libc6 && pkgs ? ca-certificates")
    assert run(build("pkgs.grep") / "bin/egrep", "--version") != ""


def test_a_package_that_is_not_locked_is_named_with_what_to_do(tmp_path: Path) -> None:
    """Such as one that the set's list got since the lock was made."""
    content = json.loads(lock().read_bytes())
    for each in content["architectures"].values():
        del each["packages"]["jq"]
    (tmp_path / "debian.lock.json").write_text(json.dumps(content))
    shutil.copy(lock().parent / "debian.seed.amd64.tar.xz", tmp_path)
    message = refusal(f"(import {PACKAGE_SET} {{ lock = {tmp_path}/debian.lock.json; }}).jq")
    assert "the Debian package jq is not in the package lock" in message
    assert "nixgen packages lock" in message


def test_without_a_lock_the_message_tells_how_to_make_one(tmp_path: Path) -> None:
    """It names the command, and the file that it looked for."""
    message = refusal(f"(import {PACKAGE_SET} {{ lock = {tmp_path}/debian.lock.json; }}).jq")
    assert "no package lock: run `nixgen packages lock`" in message
    assert f"{tmp_path}/debian.lock.json does not exist" in message


@pytest.mark.parametrize("content", ["", "{", "[]", "5", "{}", '{"schemaVersion": 2}'])
def test_a_lock_that_is_none_is_named_with_what_to_do(tmp_path: Path, content: str) -> None:
    """Such as one whose end was lost."""
    (tmp_path / "debian.lock.json").write_text(content)
    message = refusal(f"(import {PACKAGE_SET} {{ lock = {tmp_path}/debian.lock.json; }}).jq")
    assert f"{tmp_path}/debian.lock.json is no package lock any more" in message
    assert "run `nixgen packages lock`" in message


def test_a_lock_for_another_system_is_refused() -> None:
    """The message says which system it is for."""
    message = refusal(f'(import {PACKAGE_SET} {{ lock = {lock()}; system = "riscv64-linux"; }}).jq')
    assert "the debian package set is not for" in message
    assert "riscv64-linux" in message

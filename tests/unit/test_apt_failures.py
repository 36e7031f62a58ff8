"""Failures of apt: what it said, line by line, and what to do about them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from plumbum import local

from nixgen.errors import UsageError
from nixgen.programs import apt

UNREACHABLE = "127.0.0.1:9"  # the discard service, which nobody runs


def refusal(*wanted: str, configuration: Path, **options: str) -> list[str]:
    """Return the lines that apt of this machine, with more configuration, is refused with."""
    lines = [f'{name.replace("_", "::")} "{value}";' for name, value in options.items()]
    configuration.write_text("\n".join(lines))
    with local.env(APT_CONFIG=configuration), pytest.raises(UsageError) as refused:
        apt.Apt().find_closure(wanted)
    return str(refused.value).splitlines()


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    return tmp_path / "apt.conf"


def test_packages_that_exclude_each_other_are_named(configuration: Path) -> None:
    """apt's explanation and its error come one below the other, and the remedy is last."""
    command, *lines, remedy = refusal("exim4-daemon-light", "postfix", configuration=configuration)
    assert " install " in command
    assert "failed with exit status 100" in command
    assert "  | The following packages have unmet dependencies:" == lines[0]
    assert any(re.match(r"  \|  exim4-\S+ : Conflicts: ", line) for line in lines)
    # apt 3 explains the error behind it.
    assert any(line.startswith("  | E: Unable to ") for line in lines)
    assert "  take out of the project's packages those that exclude each other" in remedy


def test_a_package_that_a_pin_keeps_back_is_named(configuration: Path, tmp_path: Path) -> None:
    """So is the folder of pins."""
    pins = tmp_path / "preferences"
    pins.write_text("Package: libc6\nPin: version *\nPin-Priority: -1\n")
    lines = refusal("hello", configuration=configuration, Dir_Etc_preferences=str(pins))
    assert any("hello : Depends: libc6" in line for line in lines)
    assert "/etc/apt/preferences.d" in lines[-1]


def test_a_package_that_a_pin_forbids_is_named(configuration: Path, tmp_path: Path) -> None:
    """It is there, so nobody is told to correct its name."""
    pins = tmp_path / "preferences"
    pins.write_text("Package: jq\nPin: version *\nPin-Priority: -1\n")
    lines = refusal("jq", configuration=configuration, Dir_Etc_preferences=str(pins))
    assert "apt may install no version of jq" == lines[0]
    assert "/etc/apt/preferences.d" in lines[1]


def test_a_virtual_package_is_refused_with_those_that_provide_it(configuration: Path) -> None:
    """One of them is to be named instead."""
    first, second, _ = refusal("awk", configuration=configuration)
    assert "apt has no package of the name awk (those that provide it: gawk, mawk, " in first
    assert "a virtual package must be replaced by a real one" in second


def test_a_broken_list_of_sources_is_named(configuration: Path, tmp_path: Path) -> None:
    """Every error of apt's has a line of its own."""
    sources = tmp_path / "sources.list"
    sources.write_text("junk line\n")
    _, *lines = refusal("hello", configuration=configuration, Dir_Etc_sourcelist=str(sources))
    assert [
        f"  | E: Type 'junk' is not known on line 1 in source list {sources}",
        "  | E: The list of sources could not be read.",
        "  correct the file that apt names",
    ] == lines


def failed_download(download: apt.Download, configuration: Path, **options: str) -> list[str]:
    lines = [f'{name.replace("_", "::")} "{value}";' for name, value in options.items()]
    configuration.write_text("\n".join(lines))
    with local.env(APT_CONFIG=configuration), pytest.raises(UsageError) as refused:
        apt.Apt().fetch_deb(download, configuration.parent)
    return str(refused.value).splitlines()


@pytest.mark.parametrize("proxy", [UNREACHABLE, "nowhere.invalid:3128"])
def test_a_mirror_that_cannot_be_reached_is_told(configuration: Path, proxy: str) -> None:
    """Network, proxy and address are what can be wrong."""
    [download] = [each for each in apt.Apt().find_closure(["hello"]) if each.package == "hello"]
    lines = failed_download(
        download,
        configuration,
        Acquire_http_Proxy=f"http://{proxy}",
        Acquire_https_Proxy=f"http://{proxy}",
        Acquire_Retries="0",
    )
    assert [line for line in lines if line.startswith("  | E: Failed to fetch ")]
    assert "the mirror cannot be reached: see to the network" in lines[-1]


def test_a_version_that_the_lists_lack_leads_to_an_update(configuration: Path) -> None:
    """Lists change between two questions, and mirrors more often than lists."""
    lines = failed_download(apt.Download("hello", "9", "http://mirror.example/"), configuration)
    assert "  | E: Version '9' for 'hello' was not found" in lines
    assert lines[-1].endswith("run `apt-get update` as root, then try again")


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("E: Failed to fetch http://m/x.deb  404  Not Found [IP: 192.0.2.1 80]", "apt-get update"),
        ("E: Failed to fetch http://m/x.deb  Hash Sum mismatch", "apt-get update"),
        ("E: Failed to fetch http://m/x.deb  403  Forbidden", "/etc/apt/auth.conf.d"),
        ("E: Failed to fetch http://m/x.deb  Could not resolve 'm'", "see to the network"),
        ("E: The package lists or status file could not be parsed or opened.", "lists are damaged"),
        ("sh: 1: dpkg: not found", "install dpkg"),
    ],
)
def test_a_failure_has_the_remedy_that_fits(said: str, remedy: str, tmp_path: Path) -> None:
    """Whatever apt says, in a stand-in for it, is shown, with what helps against it."""
    stand_in = tmp_path / "apt-get"
    stand_in.write_text(f"#!/bin/sh\ncat >&2 <<'END'\nW: before\n{said}\nEND\nexit 100\n")
    stand_in.chmod(0o755)
    with local.env(PATH=f"{tmp_path}:{local.env['PATH']}"), pytest.raises(UsageError) as refused:
        apt.Apt().find_closure(["hello"])
    _, first, second, *advice = str(refused.value).splitlines()
    assert ["  | W: before", f"  | {said}"] == [first, second]
    assert remedy in "\n".join(advice)

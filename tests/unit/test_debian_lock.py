"""What the lock of the debian package set takes from apt's answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plumbum import local

from nixgen.errors import UsageError
from nixgen.package_sets import debian
from nixgen.programs import apt

POOL = "https://mirror.example/debian/pool/main"


def test_a_line_of_apt_names_package_version_and_address() -> None:
    """Escapes in the file's name are undone, those in the address are kept."""
    address = f"{POOL}/g/gmp/libgmp10_6.2.1%2bdfsg1-1_amd64.deb"
    line = f"'{address}' libgmp10_2%3a6.2.1+dfsg1-1_amd64.deb 562588 MD5Sum:2209aba19c24b8f42a1d"
    assert apt.Download("libgmp10", "2:6.2.1+dfsg1-1", address) == apt.to_download(line)


def test_the_first_mirror_of_a_list_replaces_the_list(tmp_path: Path) -> None:
    """apt's mirror+file sources, which cloud images have, become addresses that Nix can fetch."""
    mirrors = tmp_path / "debian.list"
    mirrors.write_text("# near\n\nhttps://near.example/debian/\tpriority:1\nhttps://far.example/\n")
    expected = "https://near.example/debian/pool/main/t/tar/tar_1.34_amd64.deb"
    given = f"mirror+file:{mirrors}/pool/main/t/tar/tar_1.34_amd64.deb"
    assert expected == apt.to_plain_address(given)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("file:/srv/debian/pool/x.deb", "apt sources of the kind 'file'"),
        ("cdrom:[Debian]/pool/x.deb", "apt sources of the kind 'cdrom'"),
        ("mirror+file:/nowhere/debian.list/pool/x.deb", "no list of mirrors"),
        ("https://me:secret@mirror.example/x.deb", "https://mirror.example: this apt source has a"),
    ],
)
def test_an_address_that_nix_cannot_or_may_not_have_is_refused(address: str, message: str) -> None:
    """The message says why, and never repeats a password."""
    with pytest.raises(UsageError) as refusal:
        apt.to_plain_address(address)
    assert message in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_records_are_read_without_continuation_lines() -> None:
    """A record's fields are found by name, whatever stands between them."""
    text = "Package: a\nTag: x,\n y: z\nVersion: 1:2-3\n\n\nPackage: b\nDepends: a (>= 1), c | d\n"
    expected = [
        {"Package": "a", "Tag": "x,", "Version": "1:2-3"},
        {"Package": "b", "Depends": "a (>= 1), c | d"},
    ]
    assert expected == list(apt.parse_records(text))


def test_dependencies_are_those_within_the_closure() -> None:
    """Alternatives and virtual packages become the package that is there."""
    records = {
        "shell": {"Pre-Depends": "libc6 (>= 2.36)", "Depends": "awk, missing | editor:any, shell"},
        "gawk": {"Provides": "awk (= 1), xawk", "Depends": "libc6,debconf (>= 0.5)|debconf-2.0"},
        "debconf": {},
        "editor": {"Depends": ""},
        "libc6": {"Depends": "gawk"},
    }
    expected = {
        "shell": ["editor", "gawk", "libc6"],
        "gawk": ["libc6"],
        "debconf": [],
        "editor": [],
        "libc6": ["gawk"],
    }
    assert expected == debian.find_dependencies(records, ignored=["debconf"])


def test_what_nothing_wanted_depends_on_is_not_locked() -> None:
    """Cycles end, and the result is sorted."""
    dependencies = {"a": ["c"], "b": [], "c": ["a", "d"], "d": [], "e": ["a"]}
    assert ["a", "c", "d"] == debian.reachable(["a"], dependencies)


@pytest.mark.parametrize("name", ["x", "Upper", "a b", "-leading", "a;b", "a=1", "ä-umlaut", ""])
def test_a_name_that_no_debian_package_can_have_is_refused(name: str, tmp_path: Path) -> None:
    """It never reaches apt, which would take some of them for options or patterns."""
    with pytest.raises(UsageError, match="not the name of a Debian package"):
        debian.lock([name], tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_a_package_that_apt_does_not_have_is_named(tmp_path: Path) -> None:
    """So is what to do about it; packages that exist are not named."""
    with pytest.raises(UsageError) as refusal:
        debian.lock(["hello", "no-such-package", "not-this-either"], tmp_path)
    assert "apt has no package of the name no-such-package, not-this-either" in str(refusal.value)
    assert "apt-cache search" in str(refusal.value)


def test_a_virtual_package_must_be_replaced_by_a_real_one(tmp_path: Path) -> None:
    """apt would choose one by itself, or none."""
    with pytest.raises(UsageError, match="no package of the name awk"):
        debian.lock(["awk"], tmp_path)


def test_without_apt_the_message_names_the_other_package_set(tmp_path: Path) -> None:
    """On other systems than Debian there is nixpkgs."""
    with local.env(PATH="/nowhere"), pytest.raises(UsageError, match="use nixpkgs as the package"):
        debian.lock([], tmp_path)


def test_without_lists_the_message_tells_to_fetch_them(tmp_path: Path) -> None:
    """A new container's apt knows no packages."""
    configuration = tmp_path / "apt.conf"
    configuration.write_text(
        f'Dir::State::lists "{tmp_path}/lists/";\nDir::Cache "{tmp_path}/cache/";\n'
    )
    (tmp_path / "lists/partial").mkdir(parents=True)
    with local.env(APT_CONFIG=configuration), pytest.raises(UsageError) as refusal:
        debian.lock([], tmp_path / "lock")
    assert "its lists are empty" in str(refusal.value)
    assert "apt-get update" in str(refusal.value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lock as apt of this machine makes it, in a folder that was not there before."""
    folder = tmp_path_factory.mktemp("lock") / "of-a-project"
    debian.lock(["hello"], folder)
    return folder


def test_a_lock_holds_what_nix_needs(folder: Path) -> None:
    """Every dependency is locked itself, with version, address and SHA-256."""
    packages = json.loads((folder / debian.LOCK_NAME).read_bytes())["packages"]
    assert {"hello", "coreutils", "libc6"} < set(packages)
    for package in packages.values():
        assert package["address"].startswith("http")
        assert 64 == len(package["sha256"])
        assert package["installedSize"] > 0
        assert package["version"]
        assert set(package["dependencies"]) <= set(packages)


def test_a_lock_leaves_out_what_only_an_installed_system_needs(folder: Path) -> None:
    """The tools of package management and of users' accounts are in no image."""
    packages = json.loads((folder / debian.LOCK_NAME).read_bytes())["packages"]
    assert set() == {"dpkg", "debconf", "adduser", "passwd", "perl-base"} & set(packages)


def test_the_seed_is_a_program_that_runs(folder: Path) -> None:
    """It is executable, and an ELF file."""
    seed = folder / debian.SEED_NAME
    assert b"\x7fELF" == seed.read_bytes()[:4]
    assert 0o755 == seed.stat().st_mode & 0o777


def test_a_lock_is_current_until_something_else_is_wanted(folder: Path) -> None:
    """More, fewer or other packages make it stale; the order of their names does not."""
    file = folder / debian.LOCK_NAME
    assert debian.is_current(file, ["hello"])
    assert debian.is_current(file, ["hello", "hello", "bash-static"])
    assert not debian.is_current(file, [])
    assert not debian.is_current(file, ["hello", "nginx"])


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"schemaVersion": 0}', b"\xff"])
def test_what_is_no_lock_is_not_current(content: bytes, tmp_path: Path) -> None:
    """A damaged file, or one of another version, is written anew."""
    file = tmp_path / debian.LOCK_NAME
    file.write_bytes(content)
    assert not debian.is_current(file, [])


def test_without_its_seed_it_is_not_current(folder: Path, tmp_path: Path) -> None:
    """A lock alone is of no use."""
    file = tmp_path / debian.LOCK_NAME
    file.write_bytes((folder / debian.LOCK_NAME).read_bytes())
    assert not debian.is_current(file, ["hello"])


def test_a_lock_comes_out_the_same_again(folder: Path, tmp_path: Path) -> None:
    """As long as apt's lists are the same."""
    again = debian.lock(["hello"], tmp_path)
    assert (folder / debian.LOCK_NAME).read_text() == again.read_text()

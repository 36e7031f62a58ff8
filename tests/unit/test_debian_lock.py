"""What the lock of the debian package set takes from apt's answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plumbum import local

from nixgen import DebianPackageSet
from nixgen.errors import DefinitionError, UsageError
from nixgen.package_sets import debian
from nixgen.package_sets.debian.relations import find_relations, reachable
from nixgen.programs import apt
from nixgen.project.load import load_project

REPOSITORY = Path(__file__).parents[2]


def asking_for(*packages: str) -> DebianPackageSet:
    return DebianPackageSet(packages=packages)


def packages_of(folder: Path) -> dict[str, Any]:
    """Return what the lock in a folder says of each package."""
    content = json.loads((folder / debian.LOCK_NAME).read_bytes())
    [architecture] = content["architectures"].values()
    packages: dict[str, Any] = architecture["packages"]
    return packages


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
    """Alternatives and virtual packages become the package that is there, the usual one of two."""
    records = {
        "shell": {"Pre-Depends": "libc6", "Depends": "awk, xawk, missing | editor:any, shell"},
        "gawk": {"Provides": "awk (= 1), xawk", "Depends": "libc6,debconf (>= 0.5)|debconf-2.0"},
        "mawk": {"Provides": "awk", "Priority": "required"},
        "debconf": {},
        "editor": {"Depends": ""},
        "libc6": {"Depends": "gawk"},
    }
    expected = {
        "shell": ["editor", "gawk", "mawk"],
        "gawk": ["debconf", "libc6"],
        "mawk": [],
        "debconf": [],
        "editor": [],
        "libc6": ["gawk"],
    }
    assert expected == find_relations(records, "Depends")
    assert ["libc6"] == find_relations(records, "Pre-Depends")["shell"]


def test_what_nothing_wanted_depends_on_is_not_locked() -> None:
    """Cycles end, and the result is sorted."""
    dependencies = {"a": ["c"], "b": [], "c": ["a", "d"], "d": [], "e": ["a"]}
    assert ["a", "c", "d"] == reachable(["a"], dependencies.__getitem__)


@pytest.mark.parametrize("name", ["x", "Upper", "a b", "-leading", "a;b", "a=1", "ä-umlaut", ""])
def test_a_name_that_no_debian_package_can_have_is_refused(name: str) -> None:
    """It never reaches apt, which would take some of them for options or patterns."""
    with pytest.raises(DefinitionError, match="a Debian package name"):
        DebianPackageSet(packages=[name])


def test_a_package_that_apt_does_not_have_is_named(tmp_path: Path) -> None:
    """So is what to do about it; packages that exist are not named."""
    with pytest.raises(UsageError) as refusal:
        debian.lock(asking_for("hello", "no-such-package", "not-this-either"), tmp_path)
    assert "apt has no package of the name no-such-package, not-this-either" in str(refusal.value)
    assert "apt-cache search" in str(refusal.value)


def test_a_virtual_package_must_be_replaced_by_a_real_one(tmp_path: Path) -> None:
    """apt would choose one by itself, or none."""
    with pytest.raises(UsageError, match="no package of the name awk"):
        debian.lock(asking_for("awk"), tmp_path)


def test_without_apt_the_message_names_the_other_package_set(tmp_path: Path) -> None:
    """On other systems than Debian there is nixpkgs."""
    with local.env(PATH="/nowhere"), pytest.raises(UsageError, match="use nixpkgs as the package"):
        debian.lock(asking_for(), tmp_path)


def test_without_lists_the_message_tells_to_fetch_them(tmp_path: Path) -> None:
    """A new container's apt knows no packages."""
    configuration = tmp_path / "apt.conf"
    configuration.write_text(
        f'Dir::State::lists "{tmp_path}/lists/";\nDir::Cache "{tmp_path}/cache/";\n'
    )
    (tmp_path / "lists/partial").mkdir(parents=True)
    with local.env(APT_CONFIG=configuration), pytest.raises(UsageError) as refusal:
        debian.lock(asking_for(), tmp_path / "lock")
    assert "its lists are empty" in str(refusal.value)
    assert "apt-get update" in str(refusal.value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lock as apt of this machine makes it, in a folder that was not there before."""
    folder = tmp_path_factory.mktemp("lock") / "of-a-project"
    debian.lock(asking_for("hello"), folder)
    return folder


def test_a_lock_holds_what_nix_needs(folder: Path) -> None:
    """Every dependency is locked itself, with version, path, size and SHA-256; so is a system."""
    packages = packages_of(folder)
    assert {"hello", "coreutils", "libc6"} < set(packages)
    assert {"dpkg", "debconf", "adduser", "passwd", "perl-base"} < set(packages)
    for package in packages.values():
        assert package["path"].startswith("pool/")
        assert 64 == len(package["sha256"])
        assert package["size"] > 0
        assert package["version"]
        assert {*package["preDepends"], *package["depends"]} <= set(packages)
    assert packages["dpkg"]["essential"]
    assert "tar" in packages["dpkg"]["preDepends"] + packages["dpkg"]["depends"]
    assert not packages["hello"]["essential"]


def test_packages_that_exclude_each_other_are_locked_together(tmp_path: Path) -> None:
    """They are for different images of one project; a system has one mail server alone."""
    debian.lock(asking_for("exim4-daemon-light", "hello", "postfix"), tmp_path)
    assert {"exim4-daemon-light", "hello", "postfix"} < set(packages_of(tmp_path))


def test_a_lock_names_no_host(folder: Path) -> None:
    """Whoever has it fetches from mirrors of their own."""
    assert "://" not in (folder / debian.LOCK_NAME).read_text()


def test_a_lock_has_a_line_for_each_package(folder: Path) -> None:
    """A difference in git shows the packages that changed, and is merged by package."""
    lines = (folder / debian.LOCK_NAME).read_text().splitlines()
    starting = {line.split('"')[1] for line in lines if line.startswith(" " * 8 + '"')}
    assert set(packages_of(folder)) == starting


def test_the_seed_is_a_program_in_an_archive(folder: Path) -> None:
    """It is executable, and an ELF file; the archive comes out the same whoever packs it."""
    content = json.loads((folder / debian.LOCK_NAME).read_bytes())
    for architecture, locked in content["architectures"].items():
        archive = (folder / debian.seed_name(architecture)).read_bytes()
        program = debian.unpack(archive)
        assert program is not None
        assert b"\x7fELF" == program[:4]
        assert locked["seed"] == debian.nar_sha256(program)
        assert archive == debian.pack(program)


def test_a_lock_is_current_until_something_else_is_wanted(folder: Path) -> None:
    """More, fewer or other packages make it stale; the order of their names does not."""
    file = folder / debian.LOCK_NAME
    assert debian.is_current(file, asking_for("hello"))
    assert debian.is_current(file, asking_for("hello", "hello", "bash-static"))
    assert not debian.is_current(file, asking_for())
    assert not debian.is_current(file, asking_for("hello", "nginx"))
    assert not debian.is_current(file, DebianPackageSet(packages=["hello"], uids={"x": 100}))
    mirrors = {"debian": ["http://mirror.example/debian"]}
    assert debian.is_current(file, DebianPackageSet(packages=["hello"], mirrors=mirrors))  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"schemaVersion": 0}', b"\xff"])
def test_what_is_no_lock_is_not_current(content: bytes, tmp_path: Path) -> None:
    """A damaged file, or one of another version, is written anew."""
    file = tmp_path / debian.LOCK_NAME
    file.write_bytes(content)
    assert not debian.is_current(file, asking_for())


def test_without_its_seed_it_is_not_current(folder: Path, tmp_path: Path) -> None:
    """A lock alone is of no use."""
    file = tmp_path / debian.LOCK_NAME
    file.write_bytes((folder / debian.LOCK_NAME).read_bytes())
    assert not debian.is_current(file, asking_for("hello"))


def test_a_lock_comes_out_the_same_again(folder: Path, tmp_path: Path) -> None:
    """As long as apt's lists are the same."""
    assert debian.lock(asking_for("hello"), tmp_path)
    for file in debian.lock_files(folder):
        assert file.read_bytes() == (tmp_path / file.name).read_bytes()
    assert not debian.lock(asking_for("hello"), tmp_path)


def test_the_repository_has_a_lock_in_git_that_fits_it() -> None:
    """A clone builds without apt."""
    project = load_project(REPOSITORY)
    assert isinstance(project.package_set, DebianPackageSet)
    assert debian.find_fault(REPOSITORY / debian.LOCK_NAME, project.package_set) is None


def test_a_lock_of_the_old_form_is_taken_over(folder: Path, tmp_path: Path) -> None:
    """What it held is compared with, and its files go."""
    own = tmp_path / ".nixgen"
    own.mkdir()
    old = {"schemaVersion": 1, "packages": {"hello": {"version": "1.0"}}}
    (own / "debian.json").write_text(json.dumps(old))
    (own / "busybox").touch()
    before = debian.locked_packages(tmp_path)
    assert debian.lock(asking_for("hello"), tmp_path)
    assert [] == list(own.iterdir())
    changes = debian.find_changes(before, debian.locked_packages(tmp_path))
    now = packages_of(folder)["hello"]["version"]
    assert ("1.0", now) == next(
        (each.before, each.after) for each in changes if each.package == "hello"
    )


def test_changes_tell_what_is_a_security_update() -> None:
    """That is a new version from the archive of those; what is new or gone is told as such."""
    before = {
        "changed": debian.LockedPackage("1", "debian"),
        "gone": debian.LockedPackage("1", "debian"),
        "same": debian.LockedPackage("1", "debian"),
        "unsafe": debian.LockedPackage("1", "debian"),
    }
    after = {
        "changed": debian.LockedPackage("2", "debian"),
        "new": debian.LockedPackage("1", "debian-security"),
        "same": debian.LockedPackage("1", "debian"),
        "unsafe": debian.LockedPackage("1+deb12u1", "debian-security"),
    }
    assert [
        debian.Change("changed", "1", "2", False),
        debian.Change("gone", "1", None, False),
        debian.Change("new", None, "1", False),
        debian.Change("unsafe", "1", "1+deb12u1", True),
    ] == list(debian.find_changes(before, after))

"""Where the user name and password for a registry are found, and which of them counts."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from nixgen.errors import UsageError
from nixgen.registry import Credentials, CredentialSources, find_credentials

HOST = "registry.example.org"


def entry(username: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


def write(file: Path, content: dict[str, Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
    return file


def found_user(environment: dict[str, str], **how: Any) -> str | None:
    found = find_credentials(HOST, environment, **how)
    return found.username if found else None


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home where every usual file knows the registry, each with a user of its own."""
    for file, user in (
        ("run/containers/auth.json", "podman-run"),
        ("home/.config/containers/auth.json", "podman"),
        ("home/.docker/config.json", "docker"),
        ("named.json", "named"),
    ):
        write(tmp_path / file, {"auths": {HOST: entry(user, "x")}})
    return tmp_path


def test_sources_count_in_their_order(home: Path) -> None:
    """Option, variables, named file, podman's files, docker's file: the first that knows it."""
    environment = {
        "HOME": str(home / "home"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "REGISTRY_AUTH_FILE": str(home / "named.json"),
        "REGISTRY_USERNAME": "variable",
        "REGISTRY_PASSWORD": "x",
    }
    option = write(home / "option.json", {"auths": {HOST: entry("option", "x")}})
    users = [found_user(environment, auth_file=option), found_user(environment)]
    for name in ("REGISTRY_USERNAME", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"):
        del environment[name]
        environment.pop("REGISTRY_PASSWORD", None)
        users.append(found_user(environment))
    (home / "home/.config/containers/auth.json").unlink()
    users.append(found_user(environment))
    assert users == ["option", "variable", "named", "podman-run", "podman", "docker"]


def test_unknown_registry_has_no_credentials(home: Path) -> None:
    """A registry that no file knows is asked without credentials."""
    environment = {"HOME": str(home / "home")}
    assert find_credentials("other.example.org", environment) is None


def test_longest_path_counts(tmp_path: Path) -> None:
    """A file may hold credentials for a part of a registry; the longest part that fits counts."""
    auths = {
        HOST: entry("host", "x"),
        f"{HOST}/a": entry("a", "x"),
        f"{HOST}/a/b": entry("ab", "x"),
    }
    file = write(tmp_path / "auth.json", {"auths": auths})
    paths = ("", "a", "a/b/c", "b")
    found = [found_user({}, auth_file=file, path=path) for path in paths]
    assert found == ["host", "a", "ab", "host"]


@pytest.mark.parametrize("key", [f"https://{HOST}", f"https://{HOST}/v1/", f"https://{HOST}/v2/"])
def test_old_spellings_of_the_key_are_known(tmp_path: Path, key: str) -> None:
    """docker once wrote addresses where hosts stand today."""
    file = write(tmp_path / "config.json", {"auths": {key: entry("docker", "x")}})
    assert found_user({}, auth_file=file) == "docker"


def test_docker_hub_goes_by_its_old_address(tmp_path: Path) -> None:
    """`docker login` keeps the credentials of Docker Hub under the address of its first version."""
    auths = {"https://index.docker.io/v1/": entry("hub", "x")}
    file = write(tmp_path / "config.json", {"auths": auths})
    found = find_credentials("docker.io", {}, auth_file=file)
    assert found is not None
    assert found.username == "hub"


def test_password_may_hold_colons(tmp_path: Path) -> None:
    """Only the first colon ends the user name."""
    file = write(tmp_path / "config.json", {"auths": {HOST: entry("user", "a:b:c")}})
    found = find_credentials(HOST, {}, auth_file=file)
    assert found == Credentials("user", "a:b:c")


def test_helper_is_asked(tmp_path: Path) -> None:
    """A registry with a credential helper is left to it; others to the default helper."""
    asked: list[tuple[str, str]] = []

    def ask(name: str, server: str) -> Credentials:
        asked.append((name, server))
        return Credentials(name)

    content = {"credHelpers": {HOST: "own"}, "credsStore": "store", "auths": {"other": {}}}
    file = write(tmp_path / "config.json", content)
    assert found_user({}, auth_file=file, ask_helper=ask) == "own"
    find_credentials("other", {}, auth_file=file, ask_helper=ask)
    assert asked == [("own", HOST), ("store", "other")]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"auths": [1]}',
        '{"auths": {"registry.example.org": "marked"}}',
        '{"auths": {"registry.example.org": {"auth": "marked"}}}',
        '{"auths": {"registry.example.org": {"auth": "\N{SECTION SIGN}"}}}',
    ],
)
def test_file_that_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    """A file that was named and is no auth file is refused, and its content not shown."""
    file = tmp_path / "auth.json"
    file.write_text(content)
    with pytest.raises(UsageError, match="expected") as raised:
        find_credentials(HOST, {}, auth_file=file)
    assert str(file) in str(raised.value)
    assert not content or content not in str(raised.value)


@pytest.mark.parametrize("name", ["REGISTRY_USERNAME", "REGISTRY_PASSWORD"])
def test_one_variable_without_the_other_is_refused(name: str) -> None:
    """A user name without a password, or the other way round, is a mistake."""
    with pytest.raises(UsageError, match="expected both") as raised:
        find_credentials(HOST, {name: "marked"})
    assert "marked" not in str(raised.value)


def test_secrets_are_not_in_the_representation() -> None:
    """Whatever prints credentials prints no secret."""
    assert "marked" not in repr(Credentials("user", "marked-1", "marked-2"))


@pytest.mark.parametrize(
    ("key", "path"),
    [
        (HOST.upper(), ""),
        (f"{HOST}:443", ""),
        (f"{HOST}/", "team/app"),
        (f"http://{HOST}", ""),
        (f"HTTPS://{HOST}/v2", "team/app"),
        (f"https://{HOST}/v1", ""),
        (f"https://{HOST}/some/path", "team"),
        (f"{HOST}/team/", "team/app"),
        (f"https://{HOST}/team/app", "team/app"),
        (f"{HOST.upper()}:443/team", "team/app/more"),
    ],
)
def test_key_is_compared_as_what_it_means(tmp_path: Path, key: str, path: str) -> None:
    """Case, default port, scheme, version and a last slash of a key make no difference."""
    file = write(tmp_path / "auth.json", {"auths": {key: entry("user", "x")}})
    assert found_user({}, auth_file=file, path=path) == "user"


@pytest.mark.parametrize(
    ("key", "path"),
    [
        (f"{HOST}/team", ""),
        (f"{HOST}/team", "teams/app"),
        (f"{HOST}/team/App", "team/app"),
        (f"{HOST}:5000", ""),
        ("example.org", ""),
    ],
)
def test_key_of_something_else_is_not_used(tmp_path: Path, key: str, path: str) -> None:
    """Credentials are for the host or the parts of a name that a key has."""
    file = write(tmp_path / "auth.json", {"auths": {key: entry("user", "x")}})
    assert found_user({}, auth_file=file, path=path) is None


def test_exact_key_comes_before_its_other_spellings(tmp_path: Path) -> None:
    """Where several keys mean one host, the one that is spelled like it counts."""
    auths = {
        f"https://{HOST}/v1/": entry("old", "x"),
        HOST: entry("exact", "x"),
        f"{HOST.upper()}:443": entry("other", "x"),
    }
    for order in (auths, dict(reversed(auths.items()))):
        file = write(tmp_path / "auth.json", {"auths": order})
        assert found_user({}, auth_file=file) == "exact"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"username": "user", "password": "a:b"}, Credentials("user", "a:b")),
        ({"auth": "", "username": "user", "password": "x"}, Credentials("user", "x")),
        ({"identitytoken": "t"}, Credentials("", identity_token="t")),  # noqa: S106
        ({"registrytoken": "t"}, Credentials("", registry_token="t")),  # noqa: S106
        ({"auth": "dXNlcg=="}, Credentials("user")),
        ({"auth": "dXNl\ncg==\n"}, Credentials("user")),
        ({}, None),
        (None, None),
        ({"email": "user@example.org"}, None),
    ],
)
def test_entry_is_read(
    tmp_path: Path, content: dict[str, str] | None, expected: Credentials | None
) -> None:
    """An entry holds a pair in base64, the pair in two fields, or a token."""
    file = write(tmp_path / "config.json", {"auths": {HOST: content}})
    assert expected == find_credentials(HOST, {}, auth_file=file)


def test_password_may_have_any_bytes(tmp_path: Path) -> None:
    """A password that is not UTF-8 reaches the registry as it was written."""
    pair = base64.b64encode(b"user:\xe9\xff").decode()
    file = write(tmp_path / "config.json", {"auths": {HOST: {"auth": pair}}})
    found = find_credentials(HOST, {}, auth_file=file)
    assert found is not None
    assert f"Basic {pair}" == found.basic


def test_helper_without_credentials_is_no_end(tmp_path: Path) -> None:
    """What a helper does not know may stand in the file, or under a shorter key."""
    content = {
        "credHelpers": {f"{HOST}/team": "empty"},
        "auths": {HOST: entry("file", "x")},
    }
    file = write(tmp_path / "config.json", content)
    found = find_credentials(
        HOST, {}, path="team/app", auth_file=file, ask_helper=lambda name, server: None
    )
    assert found is not None
    assert (found.username, found.origin) == ("file", f'{file}, key "{HOST}"')


def test_origin_of_a_helper_is_named(tmp_path: Path) -> None:
    """Credentials of a helper are said to be from it, with the file that names it."""
    file = write(tmp_path / "config.json", {"credHelpers": {HOST: "own"}})
    sources = CredentialSources(
        HOST, {}, auth_file=file, ask_helper=lambda name, server: Credentials(name)
    )
    found = sources.find("team/app")
    assert found is not None
    assert f"docker-credential-own, which {file} names for {HOST}" == found.origin


def test_helper_is_asked_once(tmp_path: Path) -> None:
    """However many repositories there are, a helper is asked once for each key."""
    asked: list[str] = []

    def ask(name: str, server: str) -> Credentials | None:
        asked.append(server)
        return Credentials(name)

    file = write(tmp_path / "config.json", {"credHelpers": {HOST: "own", f"{HOST}/b": "own"}})
    sources = CredentialSources(HOST, {}, auth_file=file, ask_helper=ask)
    for repository in ("a/x", "a/y", "b/x", "b/y", ""):
        sources.find(repository)
    assert asked == [HOST, f"{HOST}/b"]


def test_broken_entry_is_named_by_its_key(tmp_path: Path) -> None:
    """An entry that cannot be read is refused with file and key, and its content not shown."""
    auths = {HOST: {"auth": "marked"}, "other.example.org": entry("user", "x")}
    file = write(tmp_path / "config.json", {"auths": auths})
    with pytest.raises(UsageError, match=f'{file}: .* under "{HOST}"') as raised:
        find_credentials(HOST, {}, auth_file=file)
    assert "marked" not in str(raised.value)
    assert find_credentials("other.example.org", {}, auth_file=file) is not None


def test_unreadable_usual_file_is_passed_over(tmp_path: Path) -> None:
    """A usual file that cannot be read is no reason to stop, and the message tells of it."""
    (tmp_path / ".docker/config.json").mkdir(parents=True)
    sources = CredentialSources(HOST, {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": "/nonexistent"})
    assert sources.find("team/app") is None
    assert "config.json (Is a directory)" in sources.searched("team/app")
    assert "/nonexistent/containers/auth.json (No such file" in sources.searched("team/app")

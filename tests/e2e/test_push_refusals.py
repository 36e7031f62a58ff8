"""What a registry refuses ends in one message that leads on, and tells no secret to anybody."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from gates import IDENTITY, Gate, asked_scopes, bearer, granted, knows_password
from quirks import changing, other_name, redirecting, refusing, relocating, to
from quirky_registry import Call, Plain, Quirk, QuirkyRegistry, Reply, data, error, quirky_registry
from registry import MARK, PASSWORD, USERNAME
from two_images import REPOSITORIES, make_client, make_pushes, push

from nixgen.errors import NixgenError, RegistryError
from nixgen.registry import Credentials, CredentialSources, Pusher

BASIC_GATE = Gate(lambda call: ['Basic realm="test"'], knows_password)
RIGHT = Credentials(USERNAME, PASSWORD)
WRONG = Credentials(USERNAME, f"{MARK}-wrong")


def failure(registry: QuirkyRegistry, layouts: list[Path], credentials: Any = RIGHT) -> str:
    """Push, and return the message that it ends with."""
    with pytest.raises(NixgenError) as raised:
        push(registry.host, make_pushes(layouts), credentials)
    message = str(raised.value)
    assert MARK not in message
    return message


def only_pulling(call: Call) -> Reply:
    """Give tokens for reading alone."""
    reply = granted(call)
    return Reply(reply.status, reply.headers, reply.body.replace(b"pull,push", b"pull"))


def insufficient(call: Call) -> list[str]:
    return [f'{bearer(call)},error="insufficient_scope"']


def forbidding(call: Call, plain: Plain) -> Reply:
    """Let a known user read."""
    if not knows_password(call):
        return error(401).having(WWW_Authenticate='Basic realm="test"')
    return plain(call) if call.method in ("GET", "HEAD") else error(403)


REFUSALS: dict[str, tuple[Quirk, Credentials | None, str]] = {
    "wrong password": (BASIC_GATE, WRONG, "does not accept the user name and password"),
    "wrong password for a token": (Gate(), WRONG, "does not accept the user name and password"),
    "no credentials": (BASIC_GATE, None, "asks for a user name and password"),
    "no credentials for a token to push": (Gate(), None, "asks for a user name and password"),
    "may pull only": (
        Gate(insufficient, token=only_pulling),
        RIGHT,
        "uploading a blob to one/a: not allowed for this user (UNAUTHORIZED: refused)\n  have this",
    ),
    "may pull only, 403": (forbidding, RIGHT, "uploading a blob to one/a: not allowed for this"),
    "no token to push": (
        Gate(token=lambda call: error(403) if "push" in call.query else granted(call)),
        RIGHT,
        "asking its authorisation server: not allowed for this user",
    ),
    "unknown scheme": (
        Gate(lambda call: ["Negotiate", "Digest nonce=a"], knows_password),
        RIGHT,
        "wants to be told who asks by negotiate, digest alone",
    ),
    "token server gives a page": (
        Gate(token=lambda call: Reply(200, {"Content-Type": "text/html"}, b"<html>")),
        RIGHT,
        "its authorisation server gave no token",
    ),
    "token server gives a number": (
        Gate(token=lambda call: data({"token": 5})),
        RIGHT,
        "its authorisation server gave no token",
    ),
    "token server gives a list": (
        Gate(token=lambda call: data(["token"])),
        RIGHT,
        "its authorisation server gave no token",
    ),
    "token server is not there": (
        Gate(token=lambda call: Reply(404)),
        RIGHT,
        "asking its authorisation server: the registry answered with status 404",
    ),
    "realm is none": (
        Gate(lambda call: ['Bearer realm="mailto:me"']),
        RIGHT,
        "the registry sent its client to 'mailto:me', no address",
    ),
    "redirections in a circle": (
        refusing(to("PATCH"), lambda call: Reply(307, {"Location": f"{call.path}?{call.query}"})),
        None,
        "more than 10 redirections",
    ),
    "redirections without end": (
        refusing(
            to("POST", "upload", "x"),
            lambda call: Reply(308, {"Location": f"{call.path}?{len(call.query)}"}),
        ),
        None,
        "more than 10 redirections",
    ),
    "Location is none": (
        relocating(lambda call, at: "http://[half/an/address"),
        None,
        "the registry sent its client to 'http://[half/an/address', no address",
    ),
    "Location of another protocol": (
        relocating(lambda call, at: "ftp://example.org/x"),
        None,
        "the registry sent its client to 'ftp://example.org/x', no address",
    ),
    "no Location": (
        changing(
            to("POST", "upload"),
            lambda call, reply: reply.having(Location=None, Docker_Upload_UUID=None),
        ),
        None,
        "uploading a blob to one/a: the answer is not that of a registry",
    ),
    "too large": (
        refusing(to("PATCH"), Reply(413)),
        None,
        "takes no request of this size\n  have its limit raised",
    ),
    "other server asks": (
        lambda call, plain: (
            error(401).having(WWW_Authenticate='Basic realm="test"')
            if call.host.startswith("localhost")
            else redirecting(
                to("PATCH"), 307, lambda call: f"http://{other_name(call)}{call.path}?{call.query}"
            )(call, plain)
        ),
        RIGHT,
        "the registry sent its client to localhost:",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_leads_on(name: str, layouts: list[Path]) -> None:
    """Each way of refusing has a message of its own, and is not taken for another."""
    quirk, credentials, message = REFUSALS[name]
    with quirky_registry(quirk) as registry:
        said = failure(registry, layouts, credentials)
        # The images are pushed at once: the message is that of the first to fail.
        assert message in said.replace("two/b", "one/a")
        assert registry.storage.manifests == {}


@pytest.mark.parametrize(
    "gate",
    [
        BASIC_GATE,
        Gate(),
        Gate(lambda call: ['Basic realm="test"'], lambda call: call.kind == "ping"),
        Gate(admits=lambda call: call.kind == "ping"),
        Gate(lambda call: [bearer(call), 'Basic realm="test"']),
    ],
)
def test_wrong_password_is_shown_once(gate: Gate, layouts: list[Path]) -> None:
    """A password that is refused is not tried again, however many threads wanted to use it."""
    with quirky_registry(gate) as registry:
        client, retry = make_client(registry.host, WRONG)
        with pytest.raises(RegistryError, match="does not accept the user name"):
            Pusher(client, retry, jobs=8).push(make_pushes(layouts) * 4)
        shown = [call for call in registry.calls if call.authorization.startswith("Basic")]
    assert len(shown) == 1


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("method", "kind"), [("HEAD", "manifest"), ("GET", "ping"), ("PUT", "manifest")]
)
def test_other_host_gets_no_secret(method: str, kind: str, code: int, layouts: list[Path]) -> None:
    """Where the registry sends its client to another host, that is not told who asks."""

    def away(call: Call) -> str:
        return f"http://{other_name(call)}{call.path}?{call.query}"

    def quirk(call: Call, plain: Plain) -> Reply:
        if call.host.startswith("localhost"):
            # RFC 9110: after 303 the other place is read.
            return Reply(200) if code == 303 and call.method == "GET" else plain(call)
        moved = redirecting(to(method, kind), code, away)
        return BASIC_GATE(call, lambda inner: moved(inner, plain))

    with quirky_registry(quirk) as registry:
        client, retry = make_client(registry.host, RIGHT)
        if (method, code) == ("PUT", 303):
            client.connect()
            client.put_manifest("one/a", "x", make_pushes(layouts)[0].manifests[0])
        else:
            Pusher(client, retry).push(make_pushes(layouts))
        away_calls = [call for call in registry.calls if call.host.startswith("localhost")]
    assert {call.authorization for call in away_calls} == {""}


def test_upload_elsewhere_gets_no_secret(layouts: list[Path]) -> None:
    """Bytes may go to another host that the registry names; who sends them is told to none."""

    def quirk(call: Call, plain: Plain) -> Reply:
        if call.host.startswith("localhost"):
            return plain(call)
        return BASIC_GATE(call, plain)

    moved = relocating(lambda call, at: f"http://{other_name(call)}{at}")
    with quirky_registry(lambda call, plain: moved(call, lambda inner: quirk(inner, plain))) as at:
        push(at.host, make_pushes(layouts), RIGHT)
        away = [call for call in at.calls if call.host.startswith("localhost")]
    assert {call.method for call in away} == {"PATCH", "PUT"}
    assert {call.authorization for call in away} == {""}


@pytest.mark.parametrize(
    ("host", "address"), [("LOCALHOST", "127.0.0.1"), ("[0:0:0:0:0:0:0:1]", "::1")]
)
def test_host_in_another_spelling_is_the_same(host: str, address: str, layouts: list[Path]) -> None:
    """A Location with the host in its usual spelling gets the credentials all the same."""
    usual = {"127.0.0.1": "localhost", "::1": "[::1]"}[address]

    def change(call: Call, at: str) -> str:
        return f"http://{usual}:{call.host.rpartition(':')[2]}{at}"

    moved = relocating(change)
    with quirky_registry(
        lambda call, plain: moved(call, lambda inner: BASIC_GATE(inner, plain)), address=address
    ) as registry:
        push(f"{host}:{registry.server_port}", make_pushes(layouts), RIGHT)
        assert {name for name, _ in registry.storage.manifests} == set(REPOSITORIES)


def write(file: Path, auths: dict[str, tuple[str, str]]) -> Path:
    entries = {
        key: {"auth": base64.b64encode(":".join(pair).encode()).decode()}
        for key, pair in auths.items()
    }
    file.write_text(json.dumps({"auths": entries}))
    return file


def test_each_repository_has_its_credentials(layouts: list[Path], tmp_path: Path) -> None:
    """The auth file's longest key for a repository counts: each team pushes as itself."""
    users = {"one": ("first", "a"), "two": ("second", "b")}

    def admits(call: Call) -> bool:
        pair = users.get(call.repository.partition("/")[0])
        known = [base64.b64encode(":".join(each).encode()).decode() for each in users.values()]
        if pair is None:
            return call.authorization.removeprefix("Basic ") in known
        return call.authorization == "Basic " + base64.b64encode(":".join(pair).encode()).decode()

    # A mount needs both rights; it is refused, and nothing else is.
    with quirky_registry(Gate(lambda call: ['Basic realm="test"'], admits)) as registry:
        auths = {f"http://{registry.host}/v1/": ("nobody", "c")}
        auths |= {f"{registry.host}/{team}": pair for team, pair in users.items()}
        sources = CredentialSources(
            registry.host, {}, auth_file=write(tmp_path / "auth.json", auths)
        )
        push(registry.host, make_pushes(layouts), sources)
        assert {name for name, _ in registry.storage.manifests} == set(REPOSITORIES)


def test_message_says_where_credentials_are_from(layouts: list[Path], tmp_path: Path) -> None:
    """A refusal names the file and the key; where there was none, all places."""
    with quirky_registry(BASIC_GATE) as registry:
        file = write(tmp_path / "auth.json", {f"{registry.host}/one": (USERNAME, f"{MARK}-wrong")})
        sources = CredentialSources(registry.host, {}, auth_file=file)
        assert f'they come from {file}, key "{registry.host}/one"' in failure(
            registry, layouts, sources
        )
        environment = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
        message = failure(registry, layouts, CredentialSources(registry.host, environment))
    for place in ("REGISTRY_USERNAME", "run/containers/auth.json", ".docker/config.json"):
        assert place in message
    assert f"{registry.host}/one/a and {registry.host}/one and {registry.host} in" in message


@pytest.mark.parametrize("takes_post", [True, False])
def test_identity_token_is_exchanged(takes_post: bool, layouts: list[Path]) -> None:
    """An identity token is posted, and where the server takes no POST it is a password."""

    def token(call: Call) -> Reply:
        if call.method == "POST" and not takes_post:
            return Reply(404)
        if call.authorization:
            pair = base64.b64decode(call.authorization.removeprefix("Basic ")).decode()
            assert pair == f"<token>:{IDENTITY}"
            return data({"token": f"token.{'|'.join(asked_scopes(call))}"})
        return granted(call)

    with quirky_registry(Gate(token=token)) as registry:
        push(registry.host, make_pushes(layouts), Credentials("", identity_token=IDENTITY))
        assert {name for name, _ in registry.storage.manifests} == set(REPOSITORIES)


def test_registry_token_is_used_as_it_is(layouts: list[Path]) -> None:
    """A token for the registry itself is shown to it, and no other is asked for."""
    gate = Gate(
        admits=lambda call: call.authorization == f"Bearer {MARK}", token=lambda call: error(500)
    )
    with quirky_registry(gate) as registry:
        push(registry.host, make_pushes(layouts), Credentials("", registry_token=MARK))
        assert registry.asked("GET", "token") == []


def test_good_case_asks_no_more_than_needed(layouts: list[Path]) -> None:
    """With tokens each scope is asked for once, and no request is refused but the first."""
    refused: list[Call] = []

    def watched(call: Call, plain: Plain) -> Reply:
        reply = Gate()(call, plain)
        if reply.status == 401:
            refused.append(call)
        return reply

    with quirky_registry(watched) as registry:
        push(registry.host, make_pushes(layouts), RIGHT)
        queries = [call.query for call in registry.asked("GET", "token")]
    assert [call.kind for call in refused] == ["ping"]
    assert len(queries) == len(set(queries)) <= 6

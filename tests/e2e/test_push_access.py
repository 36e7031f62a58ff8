"""Registries that ask who is there: all forms of challenges and tokens, and of refusing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from gates import (
    Gate,
    asked_scopes,
    bearer,
    granted,
    holds_token,
    knows_password,
    realm,
)
from quirks import gzipped
from quirky_registry import Call, Quirk, Reply, data, error, quirky_registry
from registry import PASSWORD, USERNAME
from two_images import (
    REPOSITORIES,
    TAGS,
    make_pushes,
    push,
    skopeo_copies_logged_in,
)

from nixgen.registry import Credentials

CREDENTIALS = Credentials(USERNAME, PASSWORD)


def basic(*challenges: str) -> Gate:
    """Admit whoever knows the password."""
    return Gate(lambda call: challenges, knows_password)


def challenged(challenge: Callable[[Call], str]) -> Gate:
    """Admit whoever has a token; this is how it is asked for."""
    return Gate(lambda call: [challenge(call)])


def giving(change: Callable[[Reply], Reply]) -> Gate:
    """Give tokens in another form."""
    return Gate(token=lambda call: change(granted(call)))


def renamed(reply: Reply, **fields: Any) -> Reply:
    """Return the token's reply with other fields; None takes one away."""
    content = {**json.loads(reply.body), **fields}
    return data({name: value for name, value in content.items() if value is not None})


def token_in(reply: Reply) -> str:
    return str(json.loads(reply.body).get("token"))


def once(reply: Reply) -> Callable[[Call], Reply]:
    """Give the reply to the first who wants a token at a host."""
    seen: set[str] = set()

    def token(call: Call) -> Reply:
        if call.host in seen:
            return granted(call)
        seen.add(call.host)
        return reply

    return token


def expiring(after: int) -> Quirk:
    """Take each token for that many calls only, and tell by the number in it."""
    uses: dict[str, int] = {}

    def token(call: Call) -> Reply:
        reply = granted(call)
        if reply.status == 200:
            uses.setdefault(call.host, 0)
            number = len(uses)
            uses[f"{call.host} {number}"] = 0
            return renamed(reply, token=f"{token_in(reply)}|number-{number}")
        return reply

    def admits(call: Call) -> bool:
        key = f"{call.host} {call.authorization.rpartition('|number-')[2]}"
        uses[key] = uses.get(key, 0) + 1
        return holds_token(call) and uses[key] <= after

    return Gate(token=token, admits=admits)


def wanting_more(call: Call) -> str:
    """Ask for a scope that nobody can guess."""
    return f'{bearer(call)[:-1]} extra:all:use",error="insufficient_scope"'


def open_for_reading(call: Call) -> bool:
    return call.method in ("GET", "HEAD") or holds_token(call)


def refusing_two(code: int) -> Gate:
    """Give no token for two repositories."""
    return Gate(
        token=lambda call: error(code) if len(asked_scopes(call)) > 1 else granted(call),
        admits=lambda call: holds_token(call) and not call.is_mount,
    )


def hiding(refusal: Reply, *, by_token: bool = False) -> Quirk:
    """Let nobody read a repository that has no upload yet: it might be another's."""
    begun: set[str] = set()

    def hidden(call: Call) -> bool:
        reads = call.method in ("GET", "HEAD") and call.kind in ("manifest", "blob")
        return reads and f"{call.host}/{call.repository}" not in begun

    def admits(call: Call) -> bool:
        if call.kind == "upload" and holds_token(call):
            begun.add(f"{call.host}/{call.repository}")
        return holds_token(call) and not hidden(call)

    def token(call: Call) -> Reply:
        for scope in asked_scopes(call):
            repository = scope.split(":")[1]
            if scope.endswith(":pull") and f"{call.host}/{repository}" not in begun and by_token:
                return error(403)
        return granted(call)

    return Gate(
        challenges=lambda call: [f'{bearer(call)},error="insufficient_scope"'],
        admits=admits,
        token=token,
        refusal=lambda call: refusal if holds_token(call) else error(401),
    )


# The quirk, and whether skopeo manages it; None where skopeo cannot be compared.
ACCESS: dict[str, tuple[Quirk, bool | None]] = {
    **{
        f"challenges: {', '.join(challenges)}": (basic(*challenges), skopeo)
        for challenges, skopeo in (
            (('Basic realm="test"',), True),
            (('basic REALM="test"',), True),
            (("Basic realm=test",), True),
            (("Basic",), True),
            (('Basic realm="a, b", charset="UTF-8"',), True),
            (('Basic realm="with \\"quotes\\", and commas"',), True),
            (('Negotiate, Basic realm="test"',), True),
            (("Negotiate", 'Basic realm="test"'), True),
            (('Basic realm="test"', "Negotiate"), True),
            (("NTLM", "Negotiate", 'Basic realm="test"'), True),
            (('Negotiate YIIJvwYGKwYBBQUCoIIJszCC+/==, Basic realm="test"',), False),
            (('Digest realm="a", nonce="b,c", qop="auth,auth-int", Basic realm="test"',), False),
            ((), False),
        )
    },
    **{
        f"token: {name}": (challenged(challenge), skopeo)
        for name, challenge, skopeo in (
            ("usual", bearer, True),
            ("lower case", lambda call: bearer(call).replace("Bearer", "bearer"), True),
            ("names in upper case", lambda call: bearer(call).replace("realm", "REALM"), True),
            ("blanks", lambda call: bearer(call).replace(",", " , ").replace("=", " = "), None),
            ("without quotes", lambda call: f"Bearer realm={realm(call)},service=quirky", None),
            ("without service", lambda call: f'Bearer realm="{realm(call)}"', True),
            ("realm with a query", lambda call: f'Bearer realm="{realm(call)}?x=1&y=a%2Fb"', True),
            ("relative realm", lambda call: 'Bearer realm="/token",service="quirky"', False),
            ("realm over TLS", lambda call: f'Bearer realm="{realm(call, "https")}"', False),
            ("after Negotiate", lambda call: f"Negotiate, {bearer(call)}", False),
            ("before Basic", lambda call: f'{bearer(call)}, Basic realm="test"', True),
            ("after Basic", lambda call: f'Basic realm="test", {bearer(call)}', None),
            (
                "escaped service",
                lambda call: f'Bearer realm="{realm(call)}",service="a\\"b, c"',
                True,
            ),
            ("more scopes", wanting_more, None),
        )
    },
    "Basic works, Bearer is broken": (
        Gate(
            lambda call: [f'Bearer realm="{realm(call)}"', 'Basic realm="test"'],
            knows_password,
            lambda call: error(404),
        ),
        False,
    ),
    "access_token": (
        giving(lambda reply: renamed(reply, access_token=token_in(reply), token=None)),
        True,
    ),
    "both names": (giving(lambda reply: renamed(reply, access_token=token_in(reply))), True),
    "no life": (giving(lambda reply: renamed(reply, expires_in=None)), True),
    "short life": (giving(lambda reply: renamed(reply, expires_in=1)), True),
    "life in words": (giving(lambda reply: renamed(reply, expires_in="300")), None),
    "token is compressed": (giving(gzipped), True),
    "token is chunked": (giving(lambda reply: evolve(reply, chunked=True)), True),
    "life in other words": (giving(lambda reply: renamed(reply, expires_in="soon")), None),
    "life is over": (giving(lambda reply: renamed(reply, expires_in=-5)), None),
    "403 asks who is there": (
        Gate(lambda call: ['Basic realm="test"'], knows_password, refusal=lambda call: error(403)),
        None,
    ),
    "token as text": (giving(lambda reply: reply.having(Content_Type="text/plain")), True),
    "token with 201": (giving(lambda reply: evolve(reply, status=201)), None),
    "token server is busy": (Gate(token=once(Reply(503))), None),
    "token server limits": (Gate(token=once(Reply(429, {"Retry-After": "0"}))), None),
    "token server is lost": (Gate(token=once(Reply(cut=True))), None),
    "tokens expire": (expiring(3), None),
    "new repository is hidden by 403": (hiding(error(403)), None),
    "new repository is hidden by 401": (hiding(error(401)), None),
    "new repository is hidden by the token server": (hiding(error(401), by_token=True), None),
    "everybody may read": (Gate(admits=open_for_reading), False),
    "ping is open": (Gate(admits=lambda call: call.kind == "ping" or holds_token(call)), None),
    "no token without a scope": (
        Gate(token=lambda call: granted(call) if asked_scopes(call) else error(400)),
        True,
    ),
    **{f"no token for two repositories: {code}": (refusing_two(code), True) for code in (400, 403)},
}


@pytest.mark.parametrize("name", ACCESS)
def test_access_is_found(name: str, layouts: list[Path]) -> None:
    """With the right password the images are pushed, whatever form the questions have."""
    quirk, skopeo = ACCESS[name]
    with quirky_registry(quirk) as registry:
        push(registry.host, make_pushes(layouts), CREDENTIALS)
        assert {(name, tag) for name in REPOSITORIES for tag in TAGS} <= set(
            registry.storage.manifests
        )
    if skopeo is not None:
        with quirky_registry(quirk) as registry:
            assert skopeo_copies_logged_in(registry.host, layouts) == skopeo

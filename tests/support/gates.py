"""Registries that ask who is there, in the ways that they have of asking."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

from attrs import field, frozen
from quirky_registry import Call, Plain, Reply, data, error
from registry import PASSWORD, USERNAME

BASIC = "Basic " + base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
IDENTITY = "marked-identity"


def realm(call: Call, scheme: str = "http") -> str:
    """Return the address of the authorisation server."""
    return f"{scheme}://{call.host}/token"


def bearer(call: Call) -> str:
    """Return the challenge of the distribution project's documents."""
    return f'Bearer realm="{realm(call)}",service="quirky",scope="{needed(call)}"'


def needed(call: Call) -> str:
    """Return the scope that a call needs; none for what belongs to no repository."""
    if call.kind == "ping":
        return ""
    actions = "pull" if call.method in ("GET", "HEAD") else "pull,push"
    return f"repository:{call.repository}:{actions}"


def asked_scopes(call: Call) -> list[str]:
    """Return the scopes that a token is asked for, whichever way it is asked."""
    if call.method == "POST":
        return parse_qs(call.body.decode()).get("scope", [""])[0].split()
    return parse_qs(call.query).get("scope", [])


def granted(call: Call, *, may: Callable[[str], bool] = lambda scope: True) -> Reply:
    """Give a token for the scopes that the user may have, or refuse a wrong password."""
    form = parse_qs(call.body.decode())
    known = call.authorization == BASIC or form.get("refresh_token") == [IDENTITY]
    if not known and (call.authorization or form):
        return error(401)
    wanted = [scope for scope in asked_scopes(call) if may(scope)]
    if not known:
        wanted = [scope.replace("pull,push", "pull") for scope in wanted]
    return data({"token": f"token.{'|'.join(wanted)}", "expires_in": 300})


def holds_token(call: Call) -> bool:
    """Tell whether the call comes with a token for what it needs."""
    scopes = call.authorization.removeprefix("Bearer token.").split("|")
    if not call.authorization.startswith("Bearer token."):
        return False
    wanted = needed(call)
    return not wanted or any(_covers(scope, wanted) for scope in scopes)


def _covers(scope: str, wanted: str) -> bool:
    resource, _, actions = wanted.rpartition(":")
    known, _, allowed = scope.rpartition(":")
    return known == resource and set(actions.split(",")) <= set(allowed.split(","))


def knows_password(call: Call) -> bool:
    """Tell whether the call comes with the password."""
    return call.authorization == BASIC


@frozen
class Gate:
    """A quirk: who is not admitted is challenged, with a header for each challenge."""

    challenges: Callable[[Call], Iterable[str]] = lambda call: [bearer(call)]
    admits: Callable[[Call], bool] = holds_token
    token: Callable[[Call], Reply] = granted
    refusal: Callable[[Call], Reply] = field(default=lambda call: error(401))

    def __call__(self, call: Call, plain: Plain) -> Reply:
        if call.kind == "token":
            return self.token(call)
        if self.admits(call):
            return plain(call)
        return self.refusal(call).having(WWW_Authenticate=list(self.challenges(call)))

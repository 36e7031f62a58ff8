"""Credential helpers of docker and podman: programs that keep passwords, one call a question.

Source: the protocol of docker-credential-helpers.
"""

from __future__ import annotations

import json

from nixgen.errors import BuildError, UsageError
from nixgen.programs.process import find_program, run
from nixgen.registry.credentials import Credentials

_TOKEN_USER = "<token>"  # noqa: S105 (the name that the protocol gives to identity tokens)


def ask_helper(name: str, server: str) -> Credentials | None:
    """Return what `docker-credential-NAME` keeps for the server.

    A helper fails when it has nothing, and says so on standard output: that gives None. Raises
    UsageError when there is no such program or its answer cannot be understood.
    """
    program = f"docker-credential-{name}"
    command = find_program(program, remedy=f"the auth file asks for it; log in to {server} again")
    try:
        said = run(command["get"], error=BuildError, stdin=server)
    except BuildError:
        return None
    try:
        answer = json.loads(said)
        username, secret = answer["Username"], answer["Secret"]
    except (ValueError, LookupError, TypeError):
        raise UsageError(f"{program}: expected Username and Secret in JSON") from None
    if username == _TOKEN_USER:
        return Credentials("", identity_token=secret)
    return Credentials(username, secret)

"""What quirks of a registry are made of."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable

from attrs import evolve
from quirky_registry import Call, Plain, Quirk, Reply, error

Applies = Callable[[Call], bool]


def to(method: str, *kinds: str) -> Applies:
    """Apply to the calls of a method and of kinds, all kinds if none is named."""
    return lambda call: call.method == method and (not kinds or call.kind in kinds)


def mounting(call: Call) -> bool:
    """Apply to mounts."""
    return call.is_mount


def refusing(
    applies: Applies, reply: Reply | Callable[[Call], Reply], times: int = 1_000_000
) -> Quirk:
    """Give the reply in place of the plain one, that often for each tag, blob or repository."""
    seen: dict[tuple[str, ...], int] = {}

    def quirk(call: Call, plain: Plain) -> Reply:
        new = call.kind in ("upload", "session")  # their paths are new each time
        key = (call.host, call.method, call.kind, call.repository if new else call.path)
        if not applies(call) or seen.get(key, 0) >= times:
            return plain(call)
        seen[key] = seen.get(key, 0) + 1
        return reply(call) if callable(reply) else reply

    return quirk


def changing(applies: Applies, change: Callable[[Call, Reply], Reply]) -> Quirk:
    """Change the plain reply, where it is a success."""

    def quirk(call: Call, plain: Plain) -> Reply:
        reply = plain(call)
        return change(call, reply) if applies(call) and reply.status < 400 else reply

    return quirk


def status(applies: Applies, code: int) -> Quirk:
    """Give another status with the plain reply."""
    return changing(applies, lambda call, reply: evolve(reply, status=code))


def relocating(change: Callable[[Call, str], str | None]) -> Quirk:
    """Change the Location of uploads."""

    def relocate(call: Call, reply: Reply) -> Reply:
        location = reply.headers.get("Location", "")
        uploading = "/uploads/" in location
        return reply.having(Location=change(call, location)) if uploading else reply

    return changing(lambda call: call.kind in ("upload", "session"), relocate)


def redirecting(applies: Applies, code: int, target: Callable[[Call], str]) -> Quirk:
    """Redirect once to elsewhere; what arrives there, marked by its first folder, is served."""

    def quirk(call: Call, plain: Plain) -> Reply:
        moved = call.path.startswith("/moved/")
        if moved:
            return plain(evolve(call, path=call.path.removeprefix("/moved")))
        return Reply(code, {"Location": target(call)}) if applies(call) else plain(call)

    return quirk


def delaying(applies: Applies, reads: int) -> Quirk:
    """Show a tag only after it was asked for that often since it was put."""
    left: dict[tuple[str, str], int] = {}

    def quirk(call: Call, plain: Plain) -> Reply:
        reply = plain(call)
        if call.kind == "manifest" and call.method == "PUT":
            left[call.host, call.path] = reads
        elif applies(call) and left.get((call.host, call.path), 0):
            left[call.host, call.path] -= 1
            return error(404, "MANIFEST_UNKNOWN")
        return reply

    return quirk


def gzipped(reply: Reply) -> Reply:
    """Return the reply as it travels compressed."""
    return evolve(reply.having(Content_Encoding="gzip"), body=gzip.compress(reply.body))


def sleeping(seconds: float) -> Callable[[Call], Reply]:
    """Answer too late."""

    def reply(call: Call) -> Reply:
        time.sleep(seconds)
        return Reply(cut=True)

    return reply


def both(one: Quirk, other: Quirk) -> Quirk:
    """Have two quirks; the first stands nearer to the client."""
    return lambda call, plain: one(call, lambda inner: other(inner, plain))


def elsewhere(call: Call) -> str:
    """Return where the registry has moved what is asked for."""
    return f"/moved{call.path}{'?' if call.query else ''}{call.query}"


def other_name(call: Call) -> str:
    """Return another name of the host, which is another host to whoever holds a secret."""
    return call.host.replace("127.0.0.1", "localhost")

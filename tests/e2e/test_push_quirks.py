"""What registries do that the specifications allow, or that real ones do besides.

Each quirk is met by nixgen and by skopeo: two images that share layers are pushed. nixgen manages
all of them; the tables say which of them skopeo manages.
"""

from __future__ import annotations

import zlib
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest
from attrs import evolve
from quirks import (
    both,
    changing,
    delaying,
    elsewhere,
    gzipped,
    mounting,
    other_name,
    redirecting,
    refusing,
    relocating,
    status,
    to,
)
from quirky_registry import Quirk, Reply, error, none, quirky_registry
from two_images import TAGS, make_pushes, push, skopeo_copies

HEADS = to("HEAD", "manifest", "blob")
UPLOADS = to("POST", "upload")
BROKEN = Reply(cut=True)
UNHEARD = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"


def announcing(text: bytes) -> Quirk:
    return changing(lambda call: True, lambda call, reply: evolve(reply, before=text))


def moving(method: str, kind: str, code: int) -> Quirk:
    return redirecting(to(method, kind), code, elsewhere)


# In the tables: the quirk, and whether skopeo manages it; None where that would take minutes.
STATUSES = {
    f"{method} of {kind} answers {code}": (status(to(method, kind), code), skopeo)
    for method, kind, code, skopeo in (
        ("POST", "upload", 200, False),
        ("POST", "upload", 201, False),
        ("POST", "upload", 204, False),
        ("PATCH", "session", 200, True),
        ("PATCH", "session", 201, True),
        ("PATCH", "session", 204, True),
        ("PUT", "session", 200, False),
        ("PUT", "session", 202, False),
        ("PUT", "session", 204, False),
        ("PUT", "manifest", 200, True),
        ("PUT", "manifest", 202, True),
        ("PUT", "manifest", 204, True),
        ("GET", "ping", 204, False),
    )
} | {
    "early hints": (announcing(UNHEARD), True),
    "processing": (announcing(b"HTTP/1.1 102 Processing\r\n\r\n" * 3), True),
    "continue": (announcing(b"HTTP/1.1 100 Continue\r\n\r\n"), True),
}

LOCATIONS = {
    name: (relocating(change), skopeo)
    for name, change, skopeo in (
        ("absolute", lambda call, at: f"http://{call.host}{at}", True),
        ("relative to the path", lambda call, at: at.rpartition("/")[2], True),
        ("relative with dots", lambda call, at: f"./.././uploads/{at.rpartition('/')[2]}", True),
        ("relative to the scheme", lambda call, at: f"//{call.host}{at}", True),
        ("with a fragment", lambda call, at: f"{at}#part", True),
        ("with a digest", lambda call, at: f"{at}&digest=sha256:0", True),
        ("with more state", lambda call, at: f"{at}&more=a+b&empty=&flag", True),
        ("at another host", lambda call, at: f"http://{other_name(call)}{at}", True),
        ("in another case", lambda call, at: f"HTTP://{call.host.upper()}{at}", True),
        ("said to be over TLS", lambda call, at: f"https://{call.host}{at}", False),
        ("with blanks around", lambda call, at: f"  {at}  ", True),
        ("with blanks in it", lambda call, at: f"{at}&more=a b", False),
        ("with what no address has", lambda call, at: f'{at}&more={{a|b}}^"`\\', True),
        ("not in ASCII", lambda call, at: f"{at}&more=\xe9", True),
        ("with a user", lambda call, at: f"http://u:p@{call.host}{at}", True),
        ("missing after PATCH", lambda call, at: at if call.method == "POST" else None, False),
    )
}

HEADERS = {
    "no digest": (
        changing(lambda call: True, lambda call, reply: reply.having(Docker_Content_Digest=None)),
        True,
    ),
    "digest of HEAD is none": (
        changing(
            to("HEAD", "manifest"), lambda call, reply: reply.having(Docker_Content_Digest="none")
        ),
        True,
    ),
    "digest of HEAD is another": (
        changing(
            to("HEAD", "manifest"),
            lambda call, reply: reply.having(Docker_Content_Digest="sha256:" + "0" * 64),
        ),
        True,
    ),
    "digest of HEAD in upper case": (
        changing(
            to("HEAD", "manifest"),
            lambda call, reply: reply.having(
                Docker_Content_Digest=reply.headers["Docker-Content-Digest"].upper()
            ),
        ),
        True,
    ),
    "HEAD without length": (
        changing(HEADS, lambda call, reply: evolve(reply, chunked=True)),
        True,
    ),
    "type with parameters": (
        changing(
            to("GET", "manifest"),
            lambda call, reply: reply.having(
                Content_Type=f"{reply.headers['Content-Type']}; charset=utf-8"
            ),
        ),
        True,
    ),
    "no digest, compressed manifest": (
        both(
            changing(to("GET", "manifest"), lambda call, reply: gzipped(reply)),
            changing(
                lambda call: True, lambda call, reply: reply.having(Docker_Content_Digest=None)
            ),
        ),
        True,
    ),
    "no digest, deflated manifest": (
        changing(
            to("GET", "manifest"),
            lambda call, reply: evolve(
                reply.having(Docker_Content_Digest=None, Content_Encoding="deflate"),
                body=zlib.compress(reply.body),
            ),
        ),
        True,
    ),
    "names in lower case": (
        changing(
            lambda call: True,
            lambda call, reply: evolve(
                reply, headers={name.lower(): value for name, value in reply.headers.items()}
            ),
        ),
        True,
    ),
    "connection ends": (
        changing(lambda call: True, lambda call, reply: reply.having(Connection="close")),
        True,
    ),
    "no digest, chunked manifest": (
        changing(
            to("GET", "manifest"),
            lambda call, reply: evolve(reply.having(Docker_Content_Digest=None), chunked=True),
        ),
        True,
    ),
    "chunk size": (
        changing(UPLOADS, lambda call, reply: reply.having(OCI_Chunk_Min_Length="1048576")),
        True,
    ),
    "no range": (changing(lambda call: True, lambda call, reply: reply.having(Range=None)), True),
    "range that is none": (
        changing(to("PATCH"), lambda call, reply: reply.having(Range="bytes=0-0/*")),
        True,
    ),
}

SHORTCUTS = {
    **{
        f"HEAD of {kind} answers {code}": (
            refusing(to("HEAD", kind), Reply(code)),
            skopeo if code != 429 else None,
        )
        for kind, skopeo in (("manifest", True), ("blob", False))
        for code in (400, 403, 405, 429, 500, 501, 503)
    },
    "HEAD of manifest answers 404": (refusing(to("HEAD", "manifest"), Reply(404)), True),
    "HEAD of blob answers 404": (refusing(to("HEAD", "blob"), Reply(404)), True),
    "HEAD leads in a circle": (
        refusing(HEADS, lambda call: Reply(307, {"Location": call.path})),
        False,
    ),
    "HEAD leads to where nobody is": (
        refusing(HEADS, Reply(307, {"Location": "http://127.0.0.1:1/x"})),
        False,
    ),
    "HEAD leads nowhere": (refusing(HEADS, Reply(307)), False),
    "HEAD finds whatever is asked for": (refusing(to("HEAD"), Reply(200)), False),
    **{
        f"tags cannot be read, {code}": (
            refusing(lambda call: call.kind == "manifest" and call.method != "PUT", Reply(code)),
            True,
        )
        for code in (400, 403, 405, 501)
    },
    "nothing can be read": (
        refusing(lambda call: call.kind != "ping" and call.method in ("GET", "HEAD"), error(403)),
        False,
    ),
    "missing is gone": (
        lambda call, plain: (
            evolve(reply, status=410) if (reply := plain(call)).status == 404 else reply
        ),
        False,
    ),
    "mount answers 201 and does nothing": (refusing(mounting, Reply(201)), False),
    "mount answers 202 and no more": (refusing(mounting, Reply(202)), True),
    "HEAD is not answered": (refusing(HEADS, BROKEN), False),
    "HEAD and GET of blobs are refused": (
        refusing(lambda call: call.kind == "blob", error(403)),
        False,
    ),
    **{
        f"mount answers {code}": (refusing(mounting, error(code)), True)
        for code in (400, 403, 404, 405, 500, 501)
    },
    "mount answers 503": (refusing(mounting, error(503)), True),
    "mount is not answered": (refusing(mounting, BROKEN), True),
    "mount answers 201 and begins an upload": (
        lambda call, plain: (
            evolve(plain(evolve(call, query="")), status=201) if call.is_mount else plain(call)
        ),
        False,
    ),
    "mount begins an upload": (
        lambda call, plain: plain(evolve(call, query="")) if call.is_mount else plain(call),
        True,
    ),
    "mount answers 200": (status(mounting, 200), True),
    "mount answers 204": (status(mounting, 204), True),
    **{
        f"ping answers {code}": (refusing(to("GET", "ping"), Reply(code)), False)
        for code in (403, 404, 405, 500)
    },
}

SESSIONS = {
    "upload is lost before PATCH": (
        refusing(to("PATCH"), error(404, "BLOB_UPLOAD_UNKNOWN"), times=1),
        False,
    ),
    "upload is lost before PUT": (
        refusing(to("PUT", "session"), error(404, "BLOB_UPLOAD_UNKNOWN"), times=1),
        False,
    ),
    "PATCH is out of range": (refusing(to("PATCH"), Reply(416), times=1), False),
    "content was damaged": (
        refusing(to("PUT", "session"), error(400, "DIGEST_INVALID"), times=1),
        False,
    ),
    **{
        f"PATCH answers {code}": (refusing(to("PATCH"), Reply(code)), False)
        for code in (400, 404, 405, 411, 415, 416, 501)
    },
    "blobs are seen late": (
        refusing(to("PUT", "manifest"), error(404, "MANIFEST_BLOB_UNKNOWN"), times=1),
        False,
    ),
}

PATIENCE = {
    f"tag is read {reads} reads late": (delaying(to("GET", "manifest"), reads), True)
    for reads in (1, 3)
} | {
    f"{method} of {kind} answers {code} once": (
        refusing(to(method, kind), Reply(code, headers), times=1),
        skopeo,
    )
    for method, kind, code, headers, skopeo in (
        ("POST", "upload", 429, {"Retry-After": "1"}, True),
        ("POST", "upload", 429, {"Retry-After": formatdate(time() + 2, usegmt=True)}, True),
        ("PATCH", "session", 503, {"Retry-After": formatdate(0, usegmt=True)}, False),
        ("PATCH", "session", 429, {"Retry-After": "99999999999999999999"}, False),
        ("PUT", "session", 503, {"Retry-After": "soon"}, False),
        ("PUT", "manifest", 429, {}, False),
        ("PUT", "manifest", 502, {}, False),
        ("PUT", "manifest", 504, {"Retry-After": "-1"}, False),
        ("PUT", "manifest", 409, {}, False),
        ("PUT", "session", 423, {}, False),
        ("PUT", "session", 521, {}, False),
        ("POST", "upload", 599, {}, False),
    )
}

REDIRECTIONS = {
    f"{method} of {kind} is redirected by {code}": (moving(method, kind, code), skopeo)
    for method, kind, codes, skopeo in (
        ("HEAD", "manifest", (301, 302, 303, 307, 308), True),
        ("HEAD", "blob", (301, 302, 303, 307, 308), True),
        ("GET", "manifest", (301, 302, 303, 307, 308), True),
        ("GET", "ping", (301, 307), True),
        ("POST", "upload", (307, 308), True),
        ("PUT", "manifest", (307, 308), True),
        ("PUT", "session", (307, 308), True),
        ("PATCH", "session", (307, 308), False),
    )
    for code in codes
} | {
    "everything is at another host": (
        lambda call, plain: (
            plain(call)
            if call.host.startswith("localhost")
            else Reply(308, {"Location": f"http://{other_name(call)}{call.path}?{call.query}"})
        ),
        True,
    ),
}

QUIRKS: dict[str, tuple[Quirk, bool | None]] = {
    "none": (none, True),
    **STATUSES,
    **LOCATIONS,
    **HEADERS,
    **SHORTCUTS,
    **SESSIONS,
    **PATIENCE,
    **REDIRECTIONS,
}


@pytest.mark.parametrize("name", QUIRKS)
def test_quirk_is_managed(name: str, layouts: list[Path]) -> None:
    """nixgen pushes both images, and skopeo too where the table says so."""
    quirk, skopeo = QUIRKS[name]
    images = make_pushes(layouts)
    with quirky_registry(quirk) as registry:
        push(registry.host, images)
        for image in images:
            for tag in TAGS:
                _, manifest = registry.storage.manifests[image.repository, tag]
                assert image.layout.manifest == manifest
    if skopeo is not None:
        with quirky_registry(quirk) as registry:
            assert skopeo_copies(registry.host, layouts) == skopeo

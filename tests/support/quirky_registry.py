"""A registry stand-in in memory, on the loopback address, with one quirk at a time.

The plain registry follows the OCI distribution specification. A quirk stands between it and its
client: a function that takes the call and what gives the plain reply, and returns another reply.
"""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from attrs import define, evolve, field, frozen
from registry import Certificate

_CODES = {400: "DIGEST_INVALID", 401: "UNAUTHORIZED", 403: "DENIED", 405: "UNSUPPORTED"}


@frozen
class Call:
    """A request: `kind` is ping, token, tags, manifest, blob, upload (a new one) or session."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def kind(self) -> str:
        if self.path in ("/v2/", "/v2"):
            return "ping"
        for part, kind in (
            ("/blobs/uploads/", "session"),
            ("/blobs/", "blob"),
            ("/manifests/", "manifest"),
            ("/tags/list", "tags"),
        ):
            if part in self.path:
                return "upload" if self.path.endswith("/uploads/") else kind
        return self.path.strip("/").partition("/")[0]

    @property
    def repository(self) -> str:
        path = self.path.removeprefix("/v2/")
        for part in ("/blobs/", "/manifests/", "/tags/"):
            path = path.partition(part)[0]
        return path

    @property
    def reference(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def parameters(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.query).items()}

    @property
    def is_mount(self) -> bool:
        return self.kind == "upload" and "mount" in self.parameters

    @property
    def authorization(self) -> str:
        return self.headers.get("authorization", "")

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@frozen
class Reply:
    """An answer; `headers` may hold lists of values. `cut` closes the connection in its place."""

    status: int = 200
    headers: dict[str, Any] = field(factory=dict)
    body: bytes = b""
    cut: bool = False
    before: bytes = b""
    chunked: bool = False

    def having(self, **headers: Any) -> Reply:
        """Return the reply with other headers; None takes one away."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in {**self.headers, **named}.items() if value}
        return evolve(self, headers=kept)


def error(status: int, code: str | None = None) -> Reply:
    """Return an error as the specification has it."""
    errors = [{"code": code or _CODES.get(status, "UNKNOWN"), "message": "refused"}]
    return Reply(
        status, {"Content-Type": "application/json"}, json.dumps({"errors": errors}).encode()
    )


def data(content: Any, status: int = 200) -> Reply:
    """Return a reply in JSON."""
    return Reply(status, {"Content-Type": "application/json"}, json.dumps(content).encode())


Plain = Callable[[Call], Reply]
Quirk = Callable[[Call, Plain], Reply]


def none(call: Call, plain: Plain) -> Reply:
    """No quirk."""
    return plain(call)


@define
class Storage:
    """What has been pushed."""

    blobs: dict[tuple[str, str], bytes] = field(factory=dict)
    manifests: dict[tuple[str, str], tuple[str, bytes]] = field(factory=dict)
    uploads: dict[str, bytes] = field(factory=dict)

    def reply(self, call: Call) -> Reply:
        """Do what the specification says."""
        if call.kind == "ping":
            return data({})
        handler = getattr(self, f"_{call.kind}_{call.method.lower()}", None)
        if handler is None:
            return error(405 if call.path.startswith("/v2/") else 404)
        reply: Reply = handler(call)
        return reply

    def _blob_head(self, call: Call) -> Reply:
        blob = self.blobs.get((call.repository, call.reference))
        if blob is None:
            return error(404, "BLOB_UNKNOWN")
        return Reply(200, {"Docker-Content-Digest": call.reference}, blob)

    _blob_get = _blob_head

    def _upload_post(self, call: Call) -> Reply:
        wanted = call.parameters
        blob = self.blobs.get((wanted.get("from", ""), wanted.get("mount", "")))
        if blob is not None:
            self.blobs[call.repository, wanted["mount"]] = blob
            location = f"/v2/{call.repository}/blobs/{wanted['mount']}"
            return Reply(201, {"Location": location, "Docker-Content-Digest": wanted["mount"]})
        identifier = str(uuid.uuid4())
        self.uploads[identifier] = b""
        return self._session(call.repository, identifier)

    def _session(self, repository: str, identifier: str) -> Reply:
        received = len(self.uploads[identifier])
        return Reply(
            202,
            {
                "Location": f"/v2/{repository}/blobs/uploads/{identifier}?_state=a%2Fb%3D%3D",
                "Docker-Upload-UUID": identifier,
                "Range": f"0-{max(received - 1, 0)}",
            },
        )

    def _session_patch(self, call: Call) -> Reply:
        if call.reference not in self.uploads:
            return error(404, "BLOB_UPLOAD_UNKNOWN")
        self.uploads[call.reference] += call.body
        return self._session(call.repository, call.reference)

    def _session_put(self, call: Call) -> Reply:
        if call.reference not in self.uploads or call.parameters.get("_state") != "a/b==":
            return error(404, "BLOB_UPLOAD_UNKNOWN")
        content = self.uploads.pop(call.reference) + call.body
        digest = call.parameters.get("digest", "")
        if digest != digest_of(content):
            return error(400, "DIGEST_INVALID")
        self.blobs[call.repository, digest] = content
        location = f"/v2/{call.repository}/blobs/{digest}"
        return Reply(201, {"Location": location, "Docker-Content-Digest": digest})

    def _manifest_put(self, call: Call) -> Reply:
        parsed = json.loads(call.body)
        wanted = [parsed["config"]["digest"], *[layer["digest"] for layer in parsed["layers"]]]
        if any((call.repository, digest) not in self.blobs for digest in wanted):
            return error(400, "MANIFEST_BLOB_UNKNOWN")
        digest = digest_of(call.body)
        for reference in (call.reference, digest):
            self.manifests[call.repository, reference] = (call.headers["content-type"], call.body)
        location = f"/v2/{call.repository}/manifests/{digest}"
        return Reply(201, {"Location": location, "Docker-Content-Digest": digest})

    def _manifest_head(self, call: Call) -> Reply:
        found = self.manifests.get((call.repository, call.reference))
        if found is None:
            return error(404, "MANIFEST_UNKNOWN")
        headers = {"Content-Type": found[0], "Docker-Content-Digest": digest_of(found[1])}
        return Reply(200, headers, found[1])

    _manifest_get = _manifest_head

    def _tags_get(self, call: Call) -> Reply:
        tags = self.tags(call.repository)
        if not tags:
            return error(404, "NAME_UNKNOWN")
        last = call.parameters.get("last", "")
        rest = [tag for tag in tags if tag > last]
        count = int(call.parameters.get("n", len(rest)))
        reply = data({"name": call.repository, "tags": rest[:count]})
        if len(rest) <= count:
            return reply
        following = f"/v2/{call.repository}/tags/list?n={count}&last={quote(rest[count - 1])}"
        return reply.having(Link=f'<{following}>; rel="next"')

    def tags(self, repository: str) -> list[str]:
        """Return the repository's tags, sorted."""
        return sorted(
            reference
            for name, reference in self.manifests
            if name == repository and ":" not in reference
        )


def digest_of(content: bytes) -> str:
    """Return the digest of a blob or manifest."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


class QuirkyRegistry(ThreadingHTTPServer):
    """The registry; `calls` are all that arrived."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, quirk: Quirk, address: str, tls: Certificate | None) -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, 0), _Handler)
        self.address = address
        self.quirk = quirk
        self.storage = Storage()
        self.calls: list[Call] = []
        self.lock = threading.Lock()
        self.tls = tls is not None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.certificate, tls.key)
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that go away."""

    @property
    def host(self) -> str:
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.server_port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}"

    def asked(self, method: str, kind: str) -> list[Call]:
        """Return the calls of a method and kind."""
        return [call for call in self.calls if (call.method, call.kind) == (method, kind)]

    def reply(self, call: Call) -> Reply:
        with self.lock:
            self.calls.append(call)
        return self.quirk(call, self._plain)

    def _plain(self, call: Call) -> Reply:
        with self.lock:
            return self.storage.reply(call)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: QuirkyRegistry
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *arguments: object) -> None:
        """Say nothing on stderr."""

    def do_request(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(self._chunks())
        else:
            body = self.rfile.read(int(headers.get("content-length") or 0))
        split = urlsplit(self.path if self.path.startswith("/") else f"/{self.path}")
        reply = self.server.reply(Call(self.command, split.path, split.query, headers, body))
        if reply.cut:
            self.close_connection = True
            return
        self.wfile.write(reply.before)
        self._send(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_request  # noqa: N815

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        for name, values in reply.headers.items():
            for value in values if isinstance(values, list) else [values]:
                self.send_header(name, value)
        if reply.chunked and self.command != "HEAD":
            self.send_header("Transfer-Encoding", "chunked")
        elif "Content-Length" not in reply.headers and reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD" and reply.status != 204:
            self.wfile.write(_chunked(reply.body) if reply.chunked else reply.body)


def _chunked(body: bytes) -> bytes:
    parts = [body[:7], body[7:]] if len(body) > 7 else [body]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part)
    return chunks + b"0\r\n\r\n"


@contextmanager
def quirky_registry(
    quirk: Quirk = none, *, address: str = "127.0.0.1", tls: Certificate | None = None
) -> Iterator[QuirkyRegistry]:
    """Run a registry with the quirk."""
    registry = QuirkyRegistry(quirk, address, tls)
    threading.Thread(target=registry.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield registry
    finally:
        registry.shutdown()
        registry.server_close()

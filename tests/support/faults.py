"""A proxy in front of a registry that records what is asked and fails when told to."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from attrs import field, frozen, mutable

_BLOCK = 1 << 16


@frozen
class Request:
    """A request that arrived: its method, its path with the query, and the bytes of its body."""

    method: str
    path: str
    body_size: int
    authorization: str | None = field(default=None, repr=False)

    @property
    def repository(self) -> str:
        """The repository whose manifest, tag or blob is asked for."""
        path = urlsplit(self.path).path.removeprefix("/v2/")
        for kind in ("/blobs/", "/manifests/", "/tags/"):
            path = path.partition(kind)[0]
        return path


Applies = Callable[[Request], bool]


def method(name: str) -> Applies:
    """Apply to the requests of one method."""
    return lambda request: request.method == name


@mutable
class Fault:
    """What goes wrong: `status` is answered, or the connection is cut when there is none.

    With `after_bytes` it is cut in the middle of the request's body, with `answer_lost` once the
    registry has done what was asked. It happens `times` times.
    """

    applies: Applies
    status: int | None
    times: int
    headers: dict[str, str] = field(factory=dict)
    after_bytes: int | None = None
    answer_lost: bool = False


class FaultyRegistry(ThreadingHTTPServer):
    """Hands every request on to the registry at `port`, but for those that a fault hits."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.backend_port = port
        self.requests: list[Request] = []
        self.wanted_bearer: str | None = None
        self.on_request: Callable[[Request], None] = lambda request: None
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def fail(
        self,
        applies: Applies = lambda request: True,
        *,
        status: int | None = None,
        times: int = 1,
        headers: dict[str, str] | None = None,
        after_bytes: int | None = None,
        answer_lost: bool = False,
    ) -> None:
        """Make the next requests that it applies to fail."""
        with self._lock:
            self._faults.append(
                Fault(applies, status, times, headers or {}, after_bytes, answer_lost)
            )

    def heal(self) -> None:
        """Forget the faults that did not happen."""
        with self._lock:
            self._faults.clear()

    def fault_for(self, request: Request) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.times and fault.applies(request):
                    fault.times -= 1
                    return fault
        return None

    def uploads(self) -> list[Request]:
        """The requests that carried a blob."""
        return [request for request in self.requests if request.method == "PATCH"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyRegistry

    def log_message(self, *arguments: object) -> None:
        """Say nothing on stderr."""

    def do_request(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, size, self.headers.get("Authorization"))
        self.server.requests.append(request)
        self.server.on_request(request)
        if urlsplit(self.path).path == "/token":
            self._give_token(request)
            return
        fault = self.server.fault_for(request)
        if fault is None:
            self._hand_on(request)
        elif fault.answer_lost:
            self._hand_on(request, lose_answer=True)
        elif fault.after_bytes is not None:
            self.rfile.read(fault.after_bytes)
            self.close_connection = True
        elif fault.status is not None:
            self.rfile.read(size)
            self._answer(fault.status, fault.headers, b"")
        else:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_request  # noqa: N815

    def _give_token(self, request: Request) -> None:
        scopes = parse_qs(urlsplit(self.path).query).get("scope", [])
        body = self.rfile.read(request.body_size)
        if body:
            scopes = parse_qs(body.decode()).get("scope", [])
        token = f"{self.server.wanted_bearer} {' '.join(scopes)}"
        self._answer(200, {}, json.dumps({"token": token}).encode())

    def _hand_on(self, request: Request, *, lose_answer: bool = False) -> None:
        body = self._body(request.body_size)
        if self.server.wanted_bearer and not self._has_token(request):
            challenge = (
                f'Bearer realm="http://{self.server.host}/token",service="test",scope="none"'
            )
            for _ in body:
                pass
            self._answer(401, {"WWW-Authenticate": challenge}, b"")
            return
        backend = http.client.HTTPConnection("127.0.0.1", self.server.backend_port)
        hidden = {"authorization"} if self.server.wanted_bearer else set()
        try:
            backend.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in hidden:
                    backend.putheader(name, value)
            backend.endheaders()
            for block in body:
                backend.send(block)
            answer = backend.getresponse()
            content = answer.read()
            if lose_answer:
                self.close_connection = True
            else:
                self._answer(answer.status, dict(answer.getheaders()), content)
        except OSError:
            self.close_connection = True
        finally:
            backend.close()

    def _has_token(self, request: Request) -> bool:
        token = (request.authorization or "").removeprefix("Bearer ")
        wanted = f"{self.server.wanted_bearer}"
        return token.startswith(wanted) and request.repository in token

    def _body(self, size: int) -> Iterator[bytes]:
        while size:
            block = self.rfile.read(min(size, _BLOCK))
            if not block:
                return
            size -= len(block)
            yield block

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        length = headers.get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def faulty_registry(port: int) -> Iterator[FaultyRegistry]:
    """Run the proxy in front of the registry that listens on the port."""
    proxy = FaultyRegistry(port)
    threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()

"""Real registries for the tests: Debian's docker-registry on a free port of the loopback address.

Also images to push, made by hand, so that no test of pushing waits for a build.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

USERNAME = "pusher"
MARK = "marked-s3cret-Pa55word"
PASSWORD = MARK
# htpasswd -nbB pusher marked-s3cret-Pa55word, with the lowest cost
HTPASSWD = "pusher:$2b$04$abcdefghijklmnopqrstuuTgHsiVa4VAiXkOnQxRSRYkMiJ6IVv/m"
_LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")


@frozen
class Certificate:
    """A certificate for the loopback address, which is its own authority."""

    certificate: Path
    key: Path


def make_certificate(folder: Path, *, expired: bool = False) -> Certificate:
    """Make a certificate for 127.0.0.1, localhost and registry.test."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    config = folder / "openssl.cnf"
    config.write_text(
        "[ca]\ndefault_ca=own\n"
        f"[own]\ndatabase={folder}/index\nserial={folder}/serial\nnew_certs_dir={folder}\n"
        "default_md=sha256\npolicy=any\nx509_extensions=ext\n"
        "[any]\ncommonName=supplied\n"
        "[ext]\nsubjectAltName=IP:127.0.0.1,DNS:localhost,DNS:registry.test\nbasicConstraints=CA:TRUE\n"
    )
    (folder / "index").write_text("")
    (folder / "serial").write_text("01")
    request = folder / "request.pem"
    _openssl(
        *["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
        *["-subj", "/CN=localhost", "-keyout", str(made.key), "-out", str(request)],
    )
    _openssl(
        *["ca", "-batch", "-notext", "-selfsign", "-config", str(config), "-in", str(request)],
        *["-keyfile", str(made.key), "-out", str(made.certificate)],
        *["-startdate", "20200101000000Z"],
        *["-enddate", "20200102000000Z" if expired else "20990101000000Z"],
    )
    return made


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class RunningRegistry:
    """A docker-registry process; `stop` and `start` keep its port and its storage."""

    def __init__(
        self,
        folder: Path,
        settings: dict[str, Any],
        tls: Certificate | None,
        disk_size: str | None,
    ) -> None:
        self.storage = folder / "storage"
        self.tls = tls
        self._disk_size = disk_size
        self._folder = folder
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        settings = {**self._settings}
        settings["http"] = {**settings.get("http", {}), "addr": f"127.0.0.1:{self.port}"}
        config = self._folder / "config.yml"
        config.write_text(json.dumps(settings))  # JSON is YAML
        log = self._folder / "registry.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*self._confinement(), "docker-registry", "serve", str(config)],
                stdout=output,
                stderr=output,
                env={"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"},
            )
        while not (found := _LISTENING.search(log.read_text())):
            assert self._process.poll() is None, log.read_text()
            time.sleep(0.005)
        self.port = int(found[1])

    def _confinement(self) -> list[str]:
        """Give the registry a file system of its own when its disk is to be small."""
        if self._disk_size is None:
            return []
        self.storage.mkdir(exist_ok=True)
        mount = f'mount -t tmpfs -o size={self._disk_size} tmpfs "$0" && exec "$@"'
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        return ["unshare", "--mount", *user, "sh", "-c", mount, str(self.storage)]

    def stop(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def has_blob(self, digest: str) -> bool:
        """Tell whether the storage holds the blob, whatever repositories refer to it."""
        algorithm, _, checksum = digest.partition(":")
        blobs = self.storage / "docker/registry/v2/blobs" / algorithm
        return (blobs / checksum[:2] / checksum / "data").exists()

    def collect_garbage(self) -> None:
        """Remove the blobs that no manifest names.

        The collector of version 2.8.2 gives up, and nothing happens, while there is a repository
        without a manifest.
        """
        self.stop()
        subprocess.run(
            ["docker-registry", "garbage-collect", str(self._folder / "config.yml")],
            check=False,
            capture_output=True,
        )
        self.start()

    def wipe(self) -> None:
        """Forget everything that was pushed."""
        self.stop()
        shutil.rmtree(self.storage, ignore_errors=True)
        self.start()


@contextmanager
def running_registry(
    folder: Path,
    *,
    tls: Certificate | None = None,
    password: bool = False,
    read_only: bool = False,
    disk_size: str | None = None,
) -> Iterator[RunningRegistry]:
    """Run a registry in the folder.

    With `password` only USERNAME with PASSWORD may use it; `disk_size` (such as "1m") makes its
    disk small.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings: dict[str, Any] = {
        "version": "0.1",
        "log": {"level": "info"},
        "storage": {
            "filesystem": {"rootdirectory": str(folder / "storage")},
            "maintenance": {
                "readonly": {"enabled": read_only},
                "uploadpurging": {"enabled": False},
            },
        },
    }
    if tls:
        settings["http"] = {
            "tls": {"certificate": str(tls.certificate), "key": str(tls.key)},
        }
    if password:
        (folder / "htpasswd").write_text(HTPASSWD + "\n")
        settings["auth"] = {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}}
    registry = RunningRegistry(folder, settings, tls, disk_size)
    try:
        yield registry
    finally:
        registry.stop()


def make_layer(seed: int, size: int) -> bytes:
    """Return a layer with one file of that many bytes, which do not compress."""
    data = hashlib.shake_128(str(seed).encode()).digest(size)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(f"file-{seed}")
        member.size = size
        tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def make_layout(folder: Path, layers: Sequence[bytes]) -> Path:
    """Make an OCI image layout with the layers, compressed, and return its folder."""
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)

    def add(content: bytes, media_type: str) -> dict[str, Any]:
        checksum = hashlib.sha256(content).hexdigest()
        (blobs / checksum).write_bytes(content)
        return {
            "mediaType": f"application/vnd.oci.image.{media_type}",
            "digest": f"sha256:{checksum}",
            "size": len(content),
        }

    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {
            "type": "layers",
            "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers],
        },
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": add(json.dumps(config).encode(), "config.v1+json"),
        "layers": [add(gzip.compress(layer, 1, mtime=0), "layer.v1.tar+gzip") for layer in layers],
    }
    descriptor = add(json.dumps(manifest).encode(), "manifest.v1+json")
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [descriptor]}))
    return folder


class HasHost(Protocol):
    """A registry, or a proxy in front of one."""

    @property
    def host(self) -> str: ...


@contextmanager
def auth_file(host: str) -> Iterator[Path]:
    """Give a file with the credentials; other tests watch arguments for the password."""
    auth = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    with tempfile.TemporaryDirectory(prefix="nixgen-test-") as folder:
        file = Path(folder, "auth.json")
        file.write_text(json.dumps({"auths": {host: {"auth": auth}}}))
        yield file


def skopeo_digest(registry: HasHost, repository: str, tag: str) -> str:
    """Return the digest that a tag names, as skopeo sees it."""
    command = ["skopeo", "inspect", "--raw", "--tls-verify=false"]
    reference = f"docker://{registry.host}/{repository}:{tag}"
    with auth_file(registry.host) as file:
        words = [*command, f"--authfile={file}", reference]
        raw = subprocess.run(words, check=True, capture_output=True).stdout
    return "sha256:" + hashlib.sha256(raw).hexdigest()

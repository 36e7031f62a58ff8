"""A registry on the loopback address, Debian's docker-registry, and images to push to it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

_LISTENING = re.compile(r"listening on \S+:(\d+)")
_WAIT_SECONDS = 0.005


@frozen
class Registry:
    """A registry that runs: where it listens, and the file that it logs to."""

    host: str
    log: Path

    def count_uploads(self) -> int:
        """Return how many requests carried a blob."""
        return self.log.read_text().count('"PATCH ')


@contextmanager
def running_registry(folder: Path) -> Iterator[Registry]:
    """Run a registry that keeps everything in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "version": "0.1",
        "http": {"addr": "127.0.0.1:0"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
    }
    config, log = folder / "config.yml", folder / "registry.log"
    config.write_text(json.dumps(settings))  # JSON is YAML
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(config)],
            stdout=output,
            stderr=output,
            env={"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"},
        )
    try:
        while not (found := _LISTENING.search(log.read_text())):
            if process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(_WAIT_SECONDS)
        yield Registry(f"127.0.0.1:{found[1]}", log)
    finally:
        process.kill()
        process.wait()


def make_layout(folder: Path, layers: Sequence[bytes]) -> Path:
    """Make an OCI image layout with the layers, compressed, and return its folder."""
    folder.mkdir(parents=True)
    files = [folder / f"layer-{number}.tar" for number in range(len(layers))]
    for file, layer in zip(files, layers, strict=True):
        file.write_bytes(layer)
    source = f"tarball:{':'.join(map(str, files))}"
    command = ["skopeo", "copy", "--quiet", source, f"oci:{folder / 'layout'}"]
    subprocess.run(command, check=True)
    for file in files:
        file.unlink()
    return folder / "layout"

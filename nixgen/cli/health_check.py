"""The health check of an image in an OCI directory, as options for podman.

podman takes it from docker archives alone, since the image specification of OCI has none; the
configuration of the image holds it all the same, as Docker defines it (HealthConfig of its API).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nixgen.registry import read_layout

_NANOSECONDS = {"Interval": "interval", "StartPeriod": "start-period", "Timeout": "timeout"}


def health_check_options(path: str) -> list[str]:
    """Return the options of `podman create` that give a container the image's health check.

    There are none for an archive, of which podman reads it itself.
    """
    if not Path(path).is_dir():
        return []
    config = json.loads(read_layout(Path(path)).blobs[0].file.read_bytes())["config"]
    check: dict[str, Any] = config.get("Healthcheck") or {}
    kind, *words = check.get("Test") or ["NONE"]
    if kind == "NONE":
        return []
    command = words[0] if kind == "CMD-SHELL" else json.dumps(words)
    options = [f"--health-cmd={command}"]
    options += [
        f"--health-{name}={check[key]}ns" for key, name in _NANOSECONDS.items() if check.get(key)
    ]
    if check.get("Retries"):
        options.append(f"--health-retries={check['Retries']}")
    return options

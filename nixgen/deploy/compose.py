"""Compose files, for docker compose and podman-compose.

Source: the Compose specification (compose-spec, spec.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nixgen.deploy.workload import HealthCheck, Security, Workload
from nixgen.deploy.yaml import to_yaml


def compose_file(workloads: Sequence[Workload]) -> str:
    """Return a compose file with a service for each workload."""
    volumes: dict[str, Any] = {
        _volume(workload, name): {}
        for workload in workloads
        for name in workload.volume_names.values()
    }
    return to_yaml(
        {
            "services": {workload.name: _service(workload) for workload in workloads},
            **({"volumes": volumes} if volumes else {}),
        }
    )


def _volume(workload: Workload, name: str) -> str:
    return f"{workload.name}-{name}"


def _service(workload: Workload) -> dict[str, Any]:
    ports = [f"{port.number}:{port.number}/{port.protocol}" for port in workload.ports]
    volumes = [
        f"{_volume(workload, name)}:{_literal(path)}"
        for path, name in workload.volume_names.items()
    ]
    return {
        "image": workload.image,
        "restart": "unless-stopped",
        **({"ports": ports} if ports else {}),
        **_security(workload.security),
        **({"tmpfs": list(workload.temporary)} if workload.temporary else {}),
        **({"volumes": volumes} if volumes else {}),
        **({"healthcheck": _health_check(workload.health_check)} if workload.health_check else {}),
        **({"stop_signal": workload.stop_signal} if workload.stop_signal else {}),
        "stop_grace_period": f"{workload.stop_seconds}s",
    }


def _security(security: Security) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if security.capabilities is not None:
        limits["cap_drop"] = ["ALL"]
        if security.capabilities:
            limits["cap_add"] = list(security.capabilities)
        limits["security_opt"] = ["no-new-privileges:true"]
    return {
        **({"user": security.user} if security.user else {}),
        **limits,
        **({"read_only": True} if security.read_only else {}),
    }


def _health_check(check: HealthCheck) -> dict[str, Any]:
    return {
        "test": ["CMD", *map(_literal, check.words)],
        "interval": f"{check.interval}s",
        "timeout": f"{check.timeout}s",
        "retries": check.retries,
        **({"start_period": f"{check.start_period}s"} if check.start_period else {}),
    }


def _literal(text: str) -> str:
    """Return the text so that compose replaces no variables in it."""
    return text.replace("$", "$$")

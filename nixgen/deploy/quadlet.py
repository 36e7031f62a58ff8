"""Units of quadlet: containers that systemd keeps running with podman.

Source: systemd.unit(5), and podman-systemd.unit(5) of podman 4.5, the first with all these keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from nixgen.deploy.workload import HealthCheck, Security, Workload

_START_SECONDS = 900  # the image is fetched in this time as well
_MORE_SECONDS = 10  # for podman itself to end a container


def quadlet(workload: Workload) -> str:
    """Return the text of the file `NAME.container`."""
    seconds = workload.stop_seconds
    sections = {
        "Unit": [
            f"Description={_literal(workload.name)}",
            "Wants=network-online.target",
            "After=network-online.target",
        ],
        "Container": [
            f"Image={_literal(workload.image)}",
            f"ContainerName={workload.name}",
            *(f"PublishPort={_published(port.number, port.protocol)}" for port in workload.ports),
            *_security(workload.security),
            *(f"Tmpfs={path}" for path in workload.temporary),
            *(
                f"Volume={workload.name}-{name}:{_literal(path)}"
                for path, name in workload.volume_names.items()
            ),
            *_health_check(workload.health_check),
            *([f"PodmanArgs=--stop-signal={workload.stop_signal}"] if workload.stop_signal else []),
            f"PodmanArgs=--stop-timeout={seconds}",
        ],
        "Service": [
            "Restart=always",
            f"TimeoutStartSec={_START_SECONDS}",
            f"TimeoutStopSec={seconds + _MORE_SECONDS}",
        ],
        "Install": ["WantedBy=multi-user.target default.target"],
    }
    return "\n".join(
        "".join(f"{line}\n" for line in [f"[{name}]", *lines]) for name, lines in sections.items()
    )


def _published(number: int, protocol: str) -> str:
    return f"{number}:{number}" if protocol == "tcp" else f"{number}:{number}/{protocol}"


def _security(security: Security) -> Iterator[str]:
    if security.user:
        user, _, group = security.user.partition(":")
        yield f"User={user}"
        if group:
            yield f"Group={group}"
    if security.capabilities is not None:
        yield "DropCapability=all"
        for capability in security.capabilities:
            yield f"AddCapability=CAP_{capability}"
        yield "NoNewPrivileges=true"
    if security.read_only:
        yield "ReadOnly=true"


def _health_check(check: HealthCheck | None) -> Iterator[str]:
    if check is None:
        return
    yield f"HealthCmd={_literal(json.dumps(list(check.words)))}"
    yield f"HealthInterval={check.interval}s"
    yield f"HealthTimeout={check.timeout}s"
    yield f"HealthRetries={check.retries}"
    if check.start_period:
        yield f"HealthStartPeriod={check.start_period}s"
    if check.restarts:
        yield "HealthOnFailure=kill"  # then systemd starts it again


def _literal(text: str) -> str:
    """Return the text so that systemd replaces neither specifiers nor variables in it."""
    return text.replace("%", "%%").replace("$", "$$")

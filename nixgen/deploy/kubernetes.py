"""Deployments of Kubernetes (apps/v1).

Source: the API reference of Kubernetes, Deployment v1 apps, PodSpec and Container v1 core.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nixgen.deploy.workload import HealthCheck, Security, Workload
from nixgen.deploy.yaml import to_yaml

_NAME_LABEL = "app.kubernetes.io/name"


def deployments(workloads: Sequence[Workload], replicas: int = 1) -> str:
    """Return a Deployment for each workload, as a stream of YAML documents."""
    return "---\n".join(to_yaml(_deployment(workload, replicas)) for workload in workloads)


def _deployment(workload: Workload, replicas: int) -> dict[str, Any]:
    labels = {_NAME_LABEL: workload.name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": workload.name, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": _pod(workload)},
        },
    }


def _pod(workload: Workload) -> dict[str, Any]:
    volumes = [
        *({"name": name, "emptyDir": {}} for name in workload.volume_names.values()),
        *(
            {"name": name, "emptyDir": {"medium": "Memory"}}
            for name in _temporary_names(workload).values()
        ),
    ]
    return {
        **({} if workload.reads_namespace else {"automountServiceAccountToken": False}),
        "containers": [_container(workload)],
        "terminationGracePeriodSeconds": workload.stop_seconds,
        **({"volumes": volumes} if volumes else {}),
    }


def _container(workload: Workload) -> dict[str, Any]:
    ports = [
        {"containerPort": port.number, "protocol": port.protocol.upper()} for port in workload.ports
    ]
    folders = {**workload.volume_names, **_temporary_names(workload)}
    mounts = [{"name": name, "mountPath": path} for path, name in folders.items()]
    return {
        "name": workload.name,
        "image": workload.image,
        **({"ports": ports} if ports else {}),
        **_probes(workload.health_check),
        "securityContext": _security_context(workload.security),
        **({"volumeMounts": mounts} if mounts else {}),
    }


def _temporary_names(workload: Workload) -> Mapping[str, str]:
    taken = workload.volume_names.values()
    names = {path: path.strip("/") for path in workload.temporary}
    return {path: f"{name}-memory" if name in taken else name for path, name in names.items()}


def _probes(check: HealthCheck | None) -> dict[str, Any]:
    """Return the probes: ready while the check succeeds.

    A container is started again only where the image's author wrote the check: the supervisor's own
    says that a service is down, which the supervisor mends by itself. A startup probe gives it the
    start period.
    """
    if check is None:
        return {}
    probe = {
        "exec": {"command": list(check.words)},
        "periodSeconds": check.interval,
        "timeoutSeconds": check.timeout,
        "failureThreshold": check.retries,
    }
    if not check.restarts:
        return {"readinessProbe": probe}
    tries = check.retries + -(-check.start_period // check.interval)
    startup = {"startupProbe": {**probe, "failureThreshold": tries}} if check.start_period else {}
    return {**startup, "readinessProbe": probe, "livenessProbe": probe}


def _security_context(security: Security) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if security.capabilities is not None:
        added = {"add": list(security.capabilities)} if security.capabilities else {}
        context["allowPrivilegeEscalation"] = False
        context["capabilities"] = {**added, "drop": ["ALL"]}
    context["readOnlyRootFilesystem"] = security.read_only
    if security.ids is not None:
        uid, gid = security.ids
        context["runAsNonRoot"] = uid != 0
        context["runAsUser"] = uid
        if gid is not None:
            context["runAsGroup"] = gid
    context["seccompProfile"] = {"type": "RuntimeDefault"}
    return context

"""Where images run: what Kubernetes, compose and systemd are told of a container, as text."""

from nixgen.deploy.compose import compose_file
from nixgen.deploy.kubernetes import deployments
from nixgen.deploy.quadlet import quadlet
from nixgen.deploy.workload import HealthCheck, Port, Security, Workload, workload_name

__all__ = [
    "HealthCheck",
    "Port",
    "Security",
    "Workload",
    "compose_file",
    "deployments",
    "quadlet",
    "workload_name",
]

"""What users can do about a registry that refuses, in the words of what they use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Remedies:
    """How users name what helps; `{host}` stands for the registry's.

    `insecure` does without verified TLS, `authorities` names further certificates to trust, and
    `credentials` tells the registry who asks.
    """

    insecure: str = "--insecure-registry {host}"
    authorities: str = "SSL_CERT_FILE"
    credentials: str = "set REGISTRY_USERNAME and REGISTRY_PASSWORD, or log in: podman login {host}"


COMMAND_LINE = Remedies()
"""The words for users of nixgen's commands."""

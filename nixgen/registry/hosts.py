"""Compare hosts as hosts: whatever their case, with or without the default port.

Sources: RFC 3986 (section 6.2), RFC 5952 (IPv6 addresses).
"""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
"""The ports that URLs leave out, by scheme."""

_DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")


def canonical_host(host: str) -> str:
    """Return the one spelling of HOST[:PORT] that all spellings of a registry's host share.

    Port 443 is left out, and Docker Hub has one name. Raises ValueError when it is no host.
    """
    split = urlsplit(f"//{host}")
    name = host_name(split)
    if name in _DOCKER_HUB and split.port in (None, 443):
        return _DOCKER_HUB[0]
    bracketed = f"[{name}]" if ":" in name else name
    return bracketed if split.port in (None, 443) else f"{bracketed}:{split.port}"


def same_host(one: str, other: str) -> bool:
    """Tell whether two spellings of HOST[:PORT] mean the same registry."""
    try:
        return canonical_host(one) == canonical_host(other)
    except ValueError:
        return False


def same_server(one: str, other: str) -> bool:
    """Tell whether two URLs lead to one server: what is secret to one is none to the other.

    The default ports of HTTP and HTTPS are the same server's.
    """
    first, second = urlsplit(one), urlsplit(other)
    if host_name(first) != host_name(second):
        return False
    defaults = [split.port in (None, DEFAULT_PORTS.get(split.scheme)) for split in (first, second)]
    return all(defaults) or port(first) == port(second)


def port(url: SplitResult) -> int:
    """Return the port of a URL, the default one of its scheme unless it has one."""
    return url.port or DEFAULT_PORTS.get(url.scheme, 0)


def host_name(url: SplitResult) -> str:
    """Return the name or address of a URL's host in the one spelling for it, without brackets."""
    name = (url.hostname or "").rstrip(".")
    try:
        return ipaddress.ip_address(name).compressed
    except ValueError:
        return name


def is_loopback(name: str) -> bool:
    """Tell whether a host's name or address is that of this machine."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"

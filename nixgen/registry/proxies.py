"""Which proxy a request goes through, by the variables that all programs read.

Source: the variables as Go's httpproxy understands them, which docker, podman and skopeo use.
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from nixgen.errors import UsageError
from nixgen.registry.hosts import host_name, is_loopback, port

_SCHEMES = ("http", "https")


@dataclass(frozen=True)
class Proxy:
    """A proxy: its address without credentials, and the value of the header that says who asks."""

    url: str
    authorization: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Proxies:
    """What the environment says of proxies; the loopback address is never asked through one."""

    environment: Mapping[str, str] = field(repr=False)

    def find(self, url: str) -> Proxy | None:
        """Return the proxy for a URL, or None where there is none. Raises UsageError."""
        target = urlsplit(url)
        name, given = self._given(target.scheme)
        if not given or self._is_excepted(target):
            return None
        return _read(name, given)

    def _given(self, scheme: str) -> tuple[str, str]:
        for name in (f"{scheme}_proxy", "all_proxy"):
            for spelled in (name.upper(), name):
                if value := self.environment.get(spelled, "").strip():
                    return spelled, value
        return "", ""

    def _is_excepted(self, target: SplitResult) -> bool:
        if is_loopback(host_name(target)):
            return True
        listed = self.environment.get("NO_PROXY") or self.environment.get("no_proxy") or ""
        return any(_covers(entry.strip().lower(), target) for entry in listed.split(",") if entry)


def _read(variable: str, given: str) -> Proxy:
    try:
        split = urlsplit(given if "://" in given else f"http://{given}")
        usable = split.scheme in _SCHEMES and split.hostname and split.port != 0
    except ValueError:  # the port is no number
        usable = False
    if not usable:
        raise UsageError(
            f"{variable}: expected the address of a proxy",
            "write it as http://[USER:PASSWORD@]HOST:PORT; only http and https are spoken",
        )
    address = f"{split.scheme}://{split.netloc.rpartition('@')[2]}"
    if split.username is None:
        return Proxy(address)
    pair = f"{unquote(split.username)}:{unquote(split.password or '')}"
    return Proxy(address, "Basic " + base64.b64encode(pair.encode()).decode())


def _covers(entry: str, target: SplitResult) -> bool:
    """Tell whether an entry of NO_PROXY stands for the host: a domain, an address or a network."""
    if entry == "*":
        return True
    name = host_name(target)
    if "/" in entry:
        return _is_in_network(name, entry)
    wanted, wanted_port = _entry(entry)
    if wanted_port not in (None, port(target)):
        return False
    domain = wanted.removeprefix("*")
    return name == wanted or name.endswith(domain if domain.startswith(".") else f".{domain}")


def _entry(entry: str) -> tuple[str, int | None]:
    """Return the host and the port of an entry; an IPv6 address may stand without brackets."""
    try:
        return ipaddress.ip_address(entry).compressed, None
    except ValueError:
        pass
    try:
        split = urlsplit(f"//{entry}")
        return host_name(split), split.port
    except ValueError:
        return entry, None


def _is_in_network(name: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(name) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False

"""Hosts are compared as hosts, references resolved, and proxies found as other programs do."""

from __future__ import annotations

from urllib.parse import urljoin

import hypothesis.strategies as st
import pytest
from hypothesis import given

from nixgen.errors import RegistryError, UsageError
from nixgen.registry import Transport, parse_registry, same_host
from nixgen.registry.blobs import _with_digest
from nixgen.registry.hosts import same_server
from nixgen.registry.proxies import Proxies


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("registry.example.org", "Registry.Example.ORG", True),
        ("registry.example.org", "registry.example.org:443", True),
        ("registry.example.org", "registry.example.org.", True),
        ("registry.example.org", "registry.example.org:80", False),
        ("registry.example.org:5000", "registry.example.org:5001", False),
        ("registry.example.org", "example.org", False),
        ("[::1]:5000", "[0:0:0:0:0:0:0:1]:5000", True),
        ("[2001:DB8::1]", "[2001:db8:0::1]:443", True),
        ("docker.io", "index.docker.io", True),
        ("docker.io", "registry-1.docker.io", True),
        ("127.0.0.1", "localhost", False),
        ("a:b", "a", False),
    ],
)
def test_hosts_are_compared(one: str, other: str, expected: bool) -> None:
    """Case, the default port, a last dot and the form of an address make no difference."""
    assert expected == same_host(one, other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("https://a/x", "https://A:443/y", True),
        ("http://a", "https://a", True),
        ("https://a:5000", "https://a", False),
        ("https://a", "https://b", False),
        ("https://[::1]/", "https://[0::1]:443/", True),
    ],
)
def test_servers_are_compared(one: str, other: str, expected: bool) -> None:
    """What is secret to one server is told to no other."""
    assert expected == same_server(one, other)


TRANSPORT = Transport(parse_registry("registry.example.org"))
BASE = "https://registry.example.org/v2/team/app/blobs/uploads/"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("/v2/x", "https://registry.example.org/v2/x"),
        ("uuid?_state=a%2Fb", f"{BASE}uuid?_state=a%2Fb"),
        ("?_state=a", f"{BASE}?_state=a"),
        ("../x", "https://registry.example.org/v2/team/app/blobs/x"),
        ("//registry.example.org/x", "https://registry.example.org/x"),
        ("https://REGISTRY.example.org:443/x#part", "https://registry.example.org/x"),
        ("http://registry.example.org/x", "https://registry.example.org/x"),
        ("http://registry.example.org:80/x", "https://registry.example.org/x"),
        ("https://registry.example.org./x", "https://registry.example.org/x"),
        ("https://other.example.org/x", "https://other.example.org/x"),
        ("https://registry.example.org:5000/x", "https://registry.example.org:5000/x"),
    ],
)
def test_reference_is_resolved(reference: str, expected: str) -> None:
    """References of all kinds lead where RFC 3986 says, and never from TLS into the clear."""
    assert expected == TRANSPORT.resolve(reference, BASE)


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("http://other.example.org/x", "where anybody could read along"),
        ("http://registry.example.org:8080/x", "where anybody could read along"),
        ("file:///etc/passwd", "no address"),
        ("https://[x", "no address"),
        ("https://registry.example.org:port/x", "no address"),
    ],
)
def test_reference_that_leads_nowhere_is_refused(reference: str, message: str) -> None:
    """What is no address, or lies in the clear, is refused with what the registry said."""
    with pytest.raises(RegistryError, match=message):
        TRANSPORT.resolve(reference, BASE)


@given(st.text("abc/?&=%:#.@[] \\", max_size=20))
def test_any_reference_is_resolved_or_refused(reference: str) -> None:
    """A reference of the same server keeps its path and query."""
    try:
        found = TRANSPORT.resolve(reference, BASE)
    except RegistryError:
        return
    assert found.startswith("https://")
    if found.startswith("https://registry.example.org/"):
        assert found == urljoin(BASE, reference.strip()).partition("#")[0] or "@" in reference


@pytest.mark.parametrize(
    ("session", "query"),
    [
        ("https://a/x", "digest=sha256%3A0"),
        ("https://a/x?", "digest=sha256%3A0"),
        ("https://a/x?s=a+b%3D&flag", "s=a+b%3D&flag&digest=sha256%3A0"),
        ("https://a/x?digest=old&s=1", "s=1&digest=sha256%3A0"),
    ],
)
def test_digest_joins_the_query(session: str, query: str) -> None:
    """What the registry wrote into the query stays as it is, byte for byte."""
    assert f"https://a/x?{query}" == _with_digest(session, "sha256:0")


@pytest.mark.parametrize(
    ("environment", "url", "expected"),
    [
        ({}, "https://a/", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://a/", "http://p:1"),
        ({"https_proxy": "http://p:1"}, "https://a/", "http://p:1"),
        ({"HTTPS_PROXY": "p:1"}, "https://a/", "http://p:1"),
        ({"HTTPS_PROXY": "https://p"}, "https://a/", "https://p"),
        ({"HTTP_PROXY": "http://p:1"}, "https://a/", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://a/", "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, "https://a/", "http://p:1"),
        ({"all_proxy": "http://p:1"}, "http://a/", "http://p:1"),
        ({"HTTPS_PROXY": ""}, "https://a/", None),
        ({"HTTPS_PROXY": "p:1"}, "https://localhost:5000/", None),
        ({"HTTPS_PROXY": "p:1"}, "https://127.1.2.3/", None),
        ({"HTTPS_PROXY": "p:1"}, "https://[::1]/", None),
    ],
)
def test_proxy_is_found(environment: dict[str, str], url: str, expected: str | None) -> None:
    """The variables count in either case, and never for the loopback address."""
    found = Proxies(environment).find(url)
    assert expected == (found.url if found else None)


@pytest.mark.parametrize(
    ("listed", "host", "expected"),
    [
        ("*", "a.example.org", True),
        ("example.org", "example.org", True),
        ("example.org", "a.example.org", True),
        ("EXAMPLE.org", "a.Example.ORG", True),
        ("example.org", "anexample.org", False),
        (".example.org", "a.example.org", True),
        (".example.org", "example.org", False),
        ("*.example.org", "a.example.org", True),
        ("x, example.org ,y", "example.org", True),
        ("example.org:5000", "example.org:5000", True),
        ("example.org:5000", "example.org", False),
        ("example.org:443", "example.org", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8", "ten.example.org", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "210.1.2.3", False),
        ("2001:db8::/32", "[2001:db8::5]", True),
        ("2001:db8::5", "[2001:db8:0::5]:5000", True),
        ("[2001:db8::5]:5000", "[2001:db8::5]:5000", True),
        ("nonsense/x,a:b", "example.org", False),
        ("", "example.org", False),
    ],
)
def test_exceptions_are_those_of_go(listed: str, host: str, expected: bool) -> None:
    """NO_PROXY holds domains, addresses, networks and ports, as skopeo and docker read it."""
    proxies = Proxies({"HTTPS_PROXY": "http://p:1", "NO_PROXY": listed})
    assert expected == (proxies.find(f"https://{host}/") is None)


def test_password_of_a_proxy_is_not_shown() -> None:
    """User name and password of a proxy go into a header, and into no text."""
    found = Proxies({"HTTPS_PROXY": "http://me:marked%40s3cret@p:1"}).find("https://a/")
    assert found is not None
    assert found.authorization == "Basic bWU6bWFya2VkQHMzY3JldA=="
    assert "bWU6" not in repr(found) + found.url
    assert "marked" not in repr(found) + found.url


@pytest.mark.parametrize("address", ["socks5://p:1", "http://", "http://p:port", "http://me:s3@:1"])
def test_proxy_that_cannot_be_used_is_refused(address: str) -> None:
    """An address that is none is refused with the variable's name, and not shown."""
    with pytest.raises(UsageError, match="HTTPS_PROXY: expected the address of a proxy") as raised:
        Proxies({"HTTPS_PROXY": address}).find("https://a/")
    assert "s3" not in str(raised.value)

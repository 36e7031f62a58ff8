"""Registries that only a proxy knows, called by a name that is written in several ways."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from connect_proxy import connect_proxy
from gates import Gate, knows_password
from quirks import both, relocating
from quirky_registry import Call, Plain, QuirkyRegistry, Reply, quirky_registry
from registry import MARK, PASSWORD, USERNAME, Certificate, make_certificate
from two_images import REPOSITORIES, make_layouts, make_pushes

from nixgen.errors import RegistryError
from nixgen.registry import Client, Credentials, Pusher, Retry, Transport, parse_registry

NAME = "registry.test"
PROXY_AUTHORIZATION = "Basic " + base64.b64encode(f"me:{MARK}".encode()).decode()


@pytest.fixture
def behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuirkyRegistry]:
    """A registry that speaks TLS, wants a password, and spells its name in its own way."""
    certificate = make_certificate(tmp_path)
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    gate = Gate(lambda call: ['Basic realm="test"'], knows_password)
    spelled = {"registry.test": "http://Registry.Test:443", "Registry.Test:443": f"https://{NAME}"}

    def relocate(call: Call, at: str) -> str:
        if call.host.lower().partition(":")[0] != NAME:
            return at
        return spelled.get(call.host, f"https://{NAME}:443") + at

    with quirky_registry(both(relocating(relocate), gate), tls=certificate) as registry:
        yield registry


def push(host: str, layouts: list[Path]) -> None:
    retry = Retry(attempts=2, first_pause=0.01)
    transport = Transport(parse_registry(host), Credentials(USERNAME, PASSWORD))
    Pusher(Client(transport, retry), retry).push(make_pushes(layouts))


@pytest.mark.parametrize("host", [NAME, f"{NAME}:443", "REGISTRY.test", "Registry.Test:443"])
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_name_is_the_same_in_all_spellings(
    behind: QuirkyRegistry,
    host: str,
    variable: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A Location with or without the default port, in any case, gets the credentials."""
    with connect_proxy(behind.server_port, PROXY_AUTHORIZATION) as proxy:
        monkeypatch.setenv(variable, proxy.url.replace("//", f"//me:{MARK}@"))
        push(host, make_layouts(tmp_path / "layouts"))
        assert {name.lower() for name in proxy.asked_for} == {f"{NAME}:443"}
    assert {name for name, _ in behind.storage.manifests} == set(REPOSITORIES)


def test_proxy_is_reached_over_tls(
    behind: QuirkyRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy with https:// hears of the registry's name and its own password over TLS alone."""
    certificate = Certificate(tmp_path / "certificate.pem", tmp_path / "key.pem")
    with connect_proxy(behind.server_port, PROXY_AUTHORIZATION, tls=certificate) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//me:{MARK}@"))
        push(NAME, make_layouts(tmp_path / "layouts"))
        assert set(proxy.asked_for) == {f"{NAME}:443"}
    assert {name for name, _ in behind.storage.manifests} == set(REPOSITORIES)


def test_proxy_that_refuses_is_named(
    behind: QuirkyRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password for the proxy is told apart from one for the registry, and not shown."""
    with connect_proxy(behind.server_port, PROXY_AUTHORIZATION) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//me:{MARK}-wrong@"))
        with pytest.raises(RegistryError, match=r"the proxy .* does not accept") as raised:
            push(NAME, make_layouts(tmp_path / "layouts"))
    assert MARK not in str(raised.value)


def test_proxy_that_is_not_there_is_named(
    behind: QuirkyRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that nobody runs is called so, without its password."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{MARK}@127.0.0.1:1")
    with pytest.raises(RegistryError, match=r"the proxy 127\.0\.0\.1:1: no connection") as raised:
        push(NAME, make_layouts(tmp_path / "layouts"))
    assert MARK not in str(raised.value)


def test_excepted_host_is_asked_directly(
    behind: QuirkyRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loopback address goes through no proxy, whatever the variables say."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    push(behind.host, make_layouts(tmp_path / "layouts"))
    assert {name for name, _ in behind.storage.manifests} == set(REPOSITORIES)


def test_proxy_reads_what_is_sent_in_the_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A registry without TLS is asked for by whole addresses, and the proxy's password is told."""
    monkeypatch.delenv("HTTPS_PROXY", raising=False)

    def proxy(call: Call, plain: Plain) -> Reply:
        if call.headers.get("proxy-authorization") != PROXY_AUTHORIZATION:
            return Reply(407)
        prefix = f"/http://{NAME}"
        assert (call.path.startswith(prefix), call.host) == (True, NAME)
        return plain(evolve(call, path=call.path.removeprefix(prefix)))

    with quirky_registry(proxy) as behind:
        retry = Retry(attempts=1)
        for password in (f"{MARK}-wrong", MARK):
            monkeypatch.setenv("HTTP_PROXY", f"http://me:{password}@{behind.host}")
            client = Client(Transport(parse_registry(NAME), insecure=True), retry)
            if password != MARK:
                with pytest.raises(RegistryError, match=r"the proxy .* does not accept"):
                    client.connect()
                continue
            Pusher(client, retry).push(make_pushes(make_layouts(tmp_path / "layouts")))
        assert {name for name, _ in behind.storage.manifests} == set(REPOSITORIES)

"""Images reach a real registry: whole, once, under both tags, whatever happens on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import FaultyRegistry, faulty_registry, method
from registry import (
    PASSWORD,
    USERNAME,
    RunningRegistry,
    make_certificate,
    make_layer,
    make_layout,
    running_registry,
    skopeo_digest,
)

from nixgen.errors import RegistryError
from nixgen.registry import (
    Client,
    Credentials,
    ImagePush,
    Pushed,
    Pusher,
    Retry,
    Transport,
    find_commits,
    image_tags,
    parse_registry,
    read_layout,
)

COMMIT = "c" * 40
OUTPUT_SHA = "s" * 32


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    with running_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
def proxy(registry: RunningRegistry) -> Iterator[FaultyRegistry]:
    registry.wipe()
    with faulty_registry(registry.port) as faulty:
        yield faulty


@pytest.fixture(scope="module")
def layers() -> list[bytes]:
    return [make_layer(seed, 300_000) for seed in range(4)]


def make_image(
    folder: Path, name: str, layers: list[bytes], commit: str = COMMIT, sha: str = OUTPUT_SHA
) -> ImagePush:
    content = hashlib.sha256(b"".join(layers)).hexdigest()[:12]
    layout = folder / f"{name.replace('/', '-')}-{content}"
    if not layout.exists():
        make_layout(layout, layers)
    return ImagePush(name, name, image_tags(commit, sha, name), read_layout(layout))


def make_client(
    host: str, credentials: Credentials | None = None, *, insecure: bool = True
) -> tuple[Client, Retry]:
    retry = Retry(attempts=4, first_pause=0.01)
    transport = Transport(parse_registry(host), credentials, insecure=insecure)
    return Client(transport, retry), retry


def push(host: str, *images: ImagePush, dry_run: bool = False) -> list[Pushed]:
    client, retry = make_client(host)
    return Pusher(client, retry, dry_run=dry_run).push(images)


def test_new_image_gets_both_tags(
    proxy: FaultyRegistry, registry: RunningRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """After a push both tags name the digest that was known before, and each blob went once."""
    image = make_image(tmp_path, "locksmith/worker", layers)
    [pushed] = push(proxy.host, image)
    assert (pushed.status, pushed.sent, pushed.present) == ("pushed", image.layout.size, 0)
    for tag in (f"{COMMIT}-{OUTPUT_SHA}-locksmith-worker", OUTPUT_SHA):
        assert skopeo_digest(registry, "locksmith/worker", tag) == image.layout.digest
    assert sorted(blob.size for blob in image.layout.blobs) == sorted(
        request.body_size for request in proxy.uploads()
    )


def test_unchanged_image_is_only_asked_for(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """A second push asks for the two tags and sends nothing."""
    image = make_image(tmp_path, "locksmith/worker", layers)
    push(proxy.host, image)
    proxy.requests.clear()
    [pushed] = push(proxy.host, image)
    assert (pushed.status, pushed.put_tags, pushed.sent) == ("unchanged", (), 0)
    assert [request.method for request in proxy.requests] == ["GET", "HEAD", "HEAD"]


def test_new_commit_of_an_unchanged_image_puts_one_tag(
    proxy: FaultyRegistry, registry: RunningRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """When only the commit changed, one manifest is put and no blob is asked for."""
    push(proxy.host, make_image(tmp_path, "locksmith/worker", layers))
    proxy.requests.clear()
    image = make_image(tmp_path, "locksmith/worker", layers, commit="d" * 40)
    [pushed] = push(proxy.host, image)
    tag = "d" * 40 + f"-{OUTPUT_SHA}-locksmith-worker"
    assert (pushed.status, pushed.put_tags) == ("tagged", (tag,))
    assert [request for request in proxy.requests if "/blobs/" in request.path] == []
    assert skopeo_digest(registry, "locksmith/worker", tag) == image.layout.digest


def test_shared_layers_are_uploaded_once(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """Images that share layers have each sent once; other repositories take it over."""
    images = [
        make_image(tmp_path, f"train/image{index}", [*layers, make_layer(100 + index, 1000)])
        for index in range(5)
    ]
    pushed = push(proxy.host, *images)
    blobs = {blob.digest: blob.size for image in images for blob in image.layout.blobs}
    assert len(proxy.uploads()) == len(blobs)
    assert sum(item.sent for item in pushed) == sum(blobs.values())
    assert all(item.present == 0 for item in pushed)


def test_layer_of_an_unchanged_image_is_mounted(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """A new image takes the layers that an unchanged one has over from its repository."""
    old = make_image(tmp_path, "base", layers)
    push(proxy.host, old)
    proxy.requests.clear()
    _, pushed = push(proxy.host, old, make_image(tmp_path, "derived", layers))
    assert (pushed.sent, pushed.mounted) == (0, old.layout.size)
    assert proxy.uploads() == []


def test_changed_layer_alone_is_sent(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """After a change of one layer, that layer and the configuration are sent, nothing else."""
    push(proxy.host, make_image(tmp_path, "gremlin/server", layers))
    proxy.requests.clear()
    image = make_image(tmp_path, "gremlin/server", [*layers[:3], make_layer(9, 5000)], sha="t" * 32)
    [pushed] = push(proxy.host, image)
    changed = {image.layout.blobs[0].size, image.layout.blobs[-1].size}
    assert {request.body_size for request in proxy.uploads()} == changed
    assert pushed.sent == sum(changed)


def test_dry_run_changes_nothing(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """A dry run tells what a push would send, and only reads."""
    image = make_image(tmp_path, "locksmith/worker", layers)
    dry = push(proxy.host, image, dry_run=True)
    assert {request.method for request in proxy.requests} == {"GET", "HEAD"}
    assert dry == push(proxy.host, image)


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_passing_trouble_is_waited_for(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path, status: int
) -> None:
    """A registry that answers with errors for a while gets the image all the same."""
    for name in ("GET", "HEAD", "POST", "PATCH", "PUT"):
        proxy.fail(method(name), status=status, times=2)
    [pushed] = push(proxy.host, make_image(tmp_path, "locksmith/worker", layers))
    assert pushed.status == "pushed"


def test_lost_connections_are_made_again(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """A connection cut before the answer or in the middle of a blob does not end the push."""
    for name in ("GET", "HEAD", "POST", "PUT"):
        proxy.fail(method(name), times=2)
    proxy.fail(method("PATCH"), after_bytes=100_000, times=2)
    [pushed] = push(proxy.host, make_image(tmp_path, "locksmith/worker", layers))
    assert pushed.status == "pushed"


def test_answer_lost_after_the_upload_is_not_sent_again(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """When a blob arrived but the connection broke later, the registry is asked before sending."""
    image = make_image(tmp_path, "locksmith/worker", layers)
    push(proxy.host, image)
    proxy.requests.clear()
    # The first question is answered wrongly, so that the blob seems to be missing.
    proxy.fail(lambda request: "/manifests/" in request.path, status=404, times=2)
    blob = image.layout.blobs[1]
    is_blob = f"/blobs/{blob.digest}"
    proxy.fail(lambda request: request.path.endswith(is_blob), status=404)
    proxy.fail(method("POST"), status=503)
    push(proxy.host, image)
    assert proxy.uploads() == []


def test_retry_after_is_respected(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """A registry that asks for a pause of a second is not asked again before."""
    proxy.fail(status=429, headers={"Retry-After": "1"})
    notices: list[str] = []
    retry = Retry(attempts=2, first_pause=0.01, notify=notices.append)
    client = Client(Transport(parse_registry(proxy.host), insecure=True), retry)
    client.connect()
    assert ["429" in notice and notice.endswith("trying again in 1.0 s") for notice in notices] == [
        True
    ]


def test_trouble_that_stays_ends_the_push(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """A registry that keeps failing ends in one message with its status, and no tag is put."""
    proxy.fail(method("PATCH"), status=503, times=1000)
    with pytest.raises(RegistryError, match=r"uploading a blob .* status 503 \(4 attempts\)"):
        push(proxy.host, make_image(tmp_path, "locksmith/worker", layers))
    assert not [request for request in proxy.requests if "/manifests/" in request.path][2:]


def test_answer_that_makes_no_sense_is_reported(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """A server that is no registry ends the push with a message, not with a mistake of ours."""
    proxy.fail(method("POST"), status=202)
    with pytest.raises(RegistryError, match="the answer is not that of a registry"):
        push(proxy.host, make_image(tmp_path, "locksmith/worker", layers))
    proxy.fail(lambda request: request.path.partition("?")[0].endswith("/tags/list"), status=200)
    client, _ = make_client(proxy.host)
    client.connect()
    with pytest.raises(RegistryError, match="the answer is not that of a registry"):
        client.tags("locksmith/worker")


def test_tags_are_read_back(proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path) -> None:
    """A registry that says yes and keeps nothing is found out."""
    proxy.fail(
        lambda request: request.method == "PUT" and "/manifests/" in request.path,
        status=201,
        times=2,
    )
    with pytest.raises(RegistryError, match="after the push, got no such tag"):
        push(proxy.host, make_image(tmp_path, "locksmith/worker", layers))


@pytest.mark.parametrize("identity_token", ["", "marked-identity"])
def test_bearer_tokens_are_fetched(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path, identity_token: str
) -> None:
    """A registry that wants tokens gets one for each repository, also for mounting."""
    proxy.wanted_bearer = "marked-token"
    credentials = Credentials(USERNAME, PASSWORD, identity_token)
    client, retry = make_client(proxy.host, credentials)
    images = [make_image(tmp_path, name, layers) for name in ("one/a", "two/b")]
    pushed = Pusher(client, retry).push(images)
    assert sum(item.mounted for item in pushed) == images[0].layout.size


def test_commits_are_found_by_digest(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path
) -> None:
    """All commits whose tags name an outputSha's digest are found, and no other."""
    for commit in ("a" * 40, "b" * 40):
        push(proxy.host, make_image(tmp_path, "locksmith/worker", layers, commit=commit))
    other = make_image(tmp_path, "locksmith/worker", layers[:2], commit="e" * 40, sha="t" * 32)
    push(proxy.host, other)
    client, _ = make_client(proxy.host)
    found = find_commits(client, "locksmith/worker", "locksmith/worker", OUTPUT_SHA)
    assert found is not None
    assert found.commit_ids == ["a" * 40, "b" * 40]
    assert find_commits(client, "locksmith/worker", "locksmith/worker", "u" * 32) is None


def test_long_tag_lists_are_read_to_the_end(
    proxy: FaultyRegistry, layers: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tags that the registry lists on several pages are all found."""
    monkeypatch.setattr("nixgen.registry.client._PAGE", 2)
    commits = [letter * 40 for letter in "abcde"]
    for commit in commits:
        push(proxy.host, make_image(tmp_path, "locksmith/worker", layers, commit=commit))
    client, _ = make_client(proxy.host)
    found = find_commits(client, "locksmith/worker", "locksmith/worker", OUTPUT_SHA)
    assert found is not None
    assert found.commit_ids == commits


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    folder = tmp_path_factory.mktemp("secured")
    certificate = make_certificate(folder)
    with running_registry(folder, tls=certificate, password=True) as running:
        yield running


@pytest.fixture
def image(layers: list[bytes], tmp_path: Path) -> ImagePush:
    return make_image(tmp_path, "locksmith/worker", layers)


def test_verified_tls_and_password(
    secured: RunningRegistry,
    image: ImagePush,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the authority and the password known, the push goes over verified TLS."""
    assert secured.tls
    monkeypatch.setenv("SSL_CERT_FILE", str(secured.tls.certificate))
    credentials = Credentials(USERNAME, PASSWORD)
    client, retry = make_client(secured.host, credentials, insecure=False)
    [pushed] = Pusher(client, retry).push([image])
    assert skopeo_digest(secured, "locksmith/worker", OUTPUT_SHA) == pushed.image.layout.digest


def test_unknown_authority_is_refused(secured: RunningRegistry) -> None:
    """A certificate of an unknown authority ends the push, even on the loopback address."""
    client, _ = make_client(secured.host, insecure=False)
    with pytest.raises(RegistryError, match=r"certificate was not accepted: self.signed"):
        client.connect()


def test_wrong_password_is_reported(secured: RunningRegistry) -> None:
    """A wrong password ends in one message that does not hold it."""
    client, _ = make_client(secured.host, Credentials(USERNAME, "wrong-Pa55word"))
    with pytest.raises(RegistryError, match="does not accept the user name") as raised:
        client.connect()
    assert "wrong-Pa55word" not in str(raised.value)


def test_missing_password_is_reported(secured: RunningRegistry) -> None:
    """Without credentials the message says how to give them."""
    client, _ = make_client(secured.host)
    with pytest.raises(RegistryError, match="set REGISTRY_USERNAME"):
        client.connect()


def test_expired_certificate_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An expired certificate is called so."""
    certificate = make_certificate(tmp_path, expired=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    with running_registry(tmp_path, tls=certificate) as running:
        client, _ = make_client(running.host, insecure=False)
        with pytest.raises(RegistryError, match="certificate has expired"):
            client.connect()


def test_plain_registry_needs_to_be_named_insecure(registry: RunningRegistry) -> None:
    """A registry without TLS is refused unless it is named insecure."""
    client, _ = make_client(registry.host, insecure=False)
    with pytest.raises(RegistryError, match=f"--insecure-registry {registry.host}"):
        client.connect()


def test_unknown_host_is_reported() -> None:
    """A host that has no address is reported at once."""
    client, _ = make_client("registry.invalid", insecure=False)
    with pytest.raises(RegistryError, match="the host's name is unknown"):
        client.connect()


def test_nobody_listening_is_reported(registry: RunningRegistry) -> None:
    """A port where nobody listens is tried again, then reported."""
    client, _ = make_client("127.0.0.1:1", insecure=False)
    with pytest.raises(RegistryError, match=r"Connection refused\) \(4 attempts\)"):
        client.connect()


def test_read_only_registry_is_reported(layers: list[bytes], tmp_path: Path) -> None:
    """A read-only registry is called so, and gets no tag."""
    image = make_image(tmp_path, "locksmith/worker", layers)
    with (
        running_registry(tmp_path / "registry", read_only=True) as running,
        pytest.raises(RegistryError, match="the registry is read-only"),
    ):
        push(running.host, image)


def test_full_disk_is_reported(layers: list[bytes], tmp_path: Path) -> None:
    """A registry whose disk is full is called so, and gets no tag."""
    image = make_image(tmp_path, "locksmith/worker", layers)
    with running_registry(tmp_path / "registry", disk_size="1m") as running:
        with pytest.raises(RegistryError, match="the registry's disk is full"):
            push(running.host, image)
        client, _ = make_client(running.host)
        client.connect()
        assert client.tags("locksmith/worker") == []

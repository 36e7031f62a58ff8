"""The push jobs of jobsets.nix and registries with quirks: the same patience as nixgen push."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from gates import Gate, bearer, knows_password
from pushed_project import PushedProject
from quirks import (
    changing,
    delaying,
    mounting,
    other_name,
    refusing,
    relocating,
    status,
    to,
)
from quirky_registry import Quirk, QuirkyRegistry, Reply, error, none, quirky_registry
from registry import PASSWORD, USERNAME

pytestmark = pytest.mark.nix

REPOSITORY = "train/engine"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> PushedProject:
    return PushedProject(tmp_path_factory.mktemp("project") / "images", {"engine": "steam"})


QUIRKS: dict[str, Quirk] = {
    "none": none,
    "PATCH answers 204": status(to("PATCH"), 204),
    "Location is relative": relocating(lambda call, at: at.rpartition("/")[2]),
    "Location is missing after PATCH": relocating(
        lambda call, at: at if call.method == "POST" else None
    ),
    "Location at another host": relocating(lambda call, at: f"http://{other_name(call)}{at}"),
    **{f"PUT of blobs answers {code}": status(to("PUT", "session"), code) for code in (200, 202)},
    "PATCH is refused": refusing(to("PATCH"), Reply(405)),
    "HEAD of manifests is refused": refusing(to("HEAD", "manifest"), Reply(405)),
    "HEAD of blobs is refused": refusing(to("HEAD", "blob"), Reply(403)),
    "tag is read late": delaying(to("GET", "manifest"), 2),
    "mount is refused": refusing(mounting, error(403)),
    "upload is lost": refusing(to("PATCH"), error(404, "BLOB_UPLOAD_UNKNOWN"), times=1),
    "content was damaged": refusing(to("PUT", "session"), error(400, "DIGEST_INVALID"), times=1),
    "limits": refusing(to("POST", "upload"), Reply(429, {"Retry-After": "1"}), times=1),
    "gives up for a while": refusing(to("PUT", "manifest"), Reply(502), times=1),
    "connection is lost": refusing(to("PATCH"), Reply(cut=True), times=1),
    "blobs are seen late": refusing(
        to("PUT", "manifest"), error(404, "MANIFEST_BLOB_UNKNOWN"), times=1
    ),
    "no digest": changing(
        lambda call: True, lambda call, reply: reply.having(Docker_Content_Digest=None)
    ),
}


@pytest.mark.parametrize("name", QUIRKS)
def test_quirk_is_managed(project: PushedProject, name: str) -> None:
    """The job puts both tags, and says that a tag is pushed once it can be read."""
    with quirky_registry(QUIRKS[name]) as registry:
        done = project.build_jobs("pushDockerImages.engine", arguments=to_jobs(registry))
        assert done.returncode == 0, done.stderr
        tags = registry.storage.tags(REPOSITORY)
    assert len(tags) == 2
    assert {f"{REPOSITORY}:{tag} is pushed" in done.stderr for tag in tags} == {True}


def to_jobs(registry: QuirkyRegistry) -> dict[str, str | Path]:
    """Return the arguments of jobsets.nix for a registry without TLS."""
    return {"registry": registry.host, "insecureRegistry": registry.host}


def test_registry_has_an_ipv6_address(project: PushedProject) -> None:
    """The address of a registry is an IPv6 address, in any of its spellings."""
    with quirky_registry(address="::1") as registry:
        spelled = registry.host.replace("::1", "0:0:0:0:0:0:0:1")
        arguments: dict[str, str | Path] = {"registry": registry.host, "insecureRegistry": spelled}
        done = project.build_jobs("pushDockerImages.engine", arguments=arguments)
        assert done.returncode == 0, done.stderr
        assert len(registry.storage.tags(REPOSITORY)) == 2


@pytest.mark.parametrize("reply", [error(400, "MANIFEST_INVALID"), Reply(415)])
def test_docker_manifest_is_put_instead(project: PushedProject, reply: Reply) -> None:
    """A registry without OCI manifests gets the same docker manifest as from nixgen push."""
    listed = json.loads(project.nixgen("list", "--digests", "--json").stdout)
    [digest] = [row["dockerDigest"] for row in listed]
    refusal = refusing(
        lambda call: call.method == "PUT" and "oci" in call.headers.get("content-type", ""), reply
    )
    with quirky_registry(refusal) as registry:
        done = project.build_jobs("pushDockerImages.engine", arguments=to_jobs(registry))
        assert done.returncode == 0, done.stderr
        assert f"takes no oci manifests: it has the docker manifest {digest}" in done.stderr
        for tag in registry.storage.tags(REPOSITORY):
            _, content = registry.storage.manifests[REPOSITORY, tag]
            assert digest == "sha256:" + hashlib.sha256(content).hexdigest()
        words = ["--registry", registry.host, "--insecure-registry", registry.host, "--json"]
        pushed = project.pushed(project.nixgen("push", *words))
        assert (pushed["engine"]["status"], pushed["engine"]["digest"]) == ("unchanged", digest)


def entry(username: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


def test_hosts_are_compared_as_hosts(project: PushedProject, tmp_path: Path) -> None:
    """Another case of the host is the same, for TLS and for the keys of the auth file."""
    gate = Gate(lambda call: ["Negotiate", 'Basic realm="test"'], knows_password)
    with quirky_registry(gate) as registry:
        host = registry.host.replace("127.0.0.1", "LocalHost")
        auths = {
            f"http://{host.upper()}/v1/": entry("nobody", "wrong"),
            f"{host}/train": {"username": USERNAME, "password": PASSWORD},
        }
        file = tmp_path / "auth.json"
        file.write_text(json.dumps({"auths": auths}))
        done = project.build_jobs(
            "pushDockerImages.engine",
            arguments={
                "registry": host,
                "insecureRegistry": host.replace("LocalHost", "LOCALHOST"),
            },
            environment={"REGISTRY_AUTH_FILE": str(file)},
            options=["--option", "extra-sandbox-paths", str(file)],
        )
        assert done.returncode == 0, done.stderr
        assert len(registry.storage.tags(REPOSITORY)) == 2


def test_credential_helpers_are_passed_over(project: PushedProject, tmp_path: Path) -> None:
    """A registry that asks nobody is pushed to, whatever helper the file names for it."""
    with quirky_registry() as registry:
        file = tmp_path / "auth.json"
        file.write_text(json.dumps({"credHelpers": {registry.host: "pass"}, "credsStore": "gold"}))
        done = project.build_jobs(
            "pushDockerImages.engine",
            arguments=to_jobs(registry),
            environment={"REGISTRY_AUTH_FILE": str(file)},
            options=["--option", "extra-sandbox-paths", str(file)],
        )
        assert done.returncode == 0, done.stderr
        assert f"the credential helper pass for {registry.host} is passed over" in done.stderr


def test_refusal_says_where_credentials_are_from(project: PushedProject) -> None:
    """Without credentials the message names the variables that are not set."""
    with quirky_registry(Gate(lambda call: [bearer(call)])) as registry:
        done = project.build_jobs("pushDockerImages.engine", arguments=to_jobs(registry))
    message = "in REGISTRY_USERNAME and REGISTRY_PASSWORD, REGISTRY_AUTH_FILE (not set)"
    assert (done.returncode, message in done.stderr) == (1, True), done.stderr

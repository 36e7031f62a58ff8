"""nixgen push and nixgen tags, as their user meets them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import FaultyRegistry
from pushed_project import PushedProject, watched_arguments
from registry import (
    MARK,
    PASSWORD,
    USERNAME,
    RunningRegistry,
    make_certificate,
    running_registry,
    skopeo_digest,
)

pytestmark = pytest.mark.nix


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> PushedProject:
    folder = tmp_path_factory.mktemp("project") / "images"
    return PushedProject(folder, {"engine": "steam", "wagon": "wood"})


def at(registry: RunningRegistry | FaultyRegistry) -> tuple[str, ...]:
    return ("--registry", registry.host, "--insecure-registry", registry.host)


def test_all_images_are_pushed_under_both_tags(
    project: PushedProject, registry: RunningRegistry
) -> None:
    """Every image is in the registry under its two tags, with the digest that `list` shows."""
    commit_id = project.git("rev-parse", "HEAD")
    listed = json.loads(project.nixgen("list", "--digests", "--json").stdout)
    digests = {row["name"]: row["digest"] for row in listed}
    pushed = project.pushed(project.nixgen("push", *at(registry), "--json"))
    assert sorted(pushed) == ["engine", "wagon"]
    for attribute, image in pushed.items():
        name = project.image_name(attribute)
        commit_tag, output_sha = image["tags"]
        assert commit_tag == f"{commit_id}-{output_sha}-train-{attribute}"
        assert image["digest"] == digests[name]
        for tag in image["tags"]:
            assert skopeo_digest(registry, name, tag) == digests[name]


def test_output_sha_is_the_hash_of_the_output_path(
    project: PushedProject, registry: RunningRegistry
) -> None:
    """The tag to deploy is the hash part of what `nixgen build` prints."""
    [path] = project.nixgen("build", "--no-out-link", "engine").stdout.split()
    pushed = project.pushed(project.nixgen("push", "engine", *at(registry), "--json"))
    assert pushed["engine"]["tags"][1] == Path(path).name[:32]


def test_json_keeps_its_schema(project: PushedProject, registry: RunningRegistry) -> None:
    """What --json prints has the documented keys."""
    shown = json.loads(project.nixgen("push", "engine", *at(registry), "--json").stdout)
    assert sorted(shown) == [
        *["bytesSent", "bytesSkipped", "commitId", "dryRun", "images", "registry"]
    ]
    assert sorted(shown["images"][0]) == [
        *["bytesMounted", "bytesPresent", "bytesSent", "digest", "image", "mediaType"],
        *["newTags", "repository", "status", "tags"],
    ]


def test_layer_that_images_share_is_sent_once(
    project: PushedProject, proxy: FaultyRegistry
) -> None:
    """The second image takes the shared layer over from the first one's repository."""
    pushed = project.pushed(project.nixgen("push", *at(proxy), "--json"))
    assert sum(image["bytesMounted"] for image in pushed.values()) > 1_000_000
    sent = [request.body_size for request in proxy.uploads()]
    assert sum(sent) == sum(image["bytesSent"] for image in pushed.values())
    assert len([size for size in sent if size > 1_000_000]) == 1


def test_second_push_sends_nothing(project: PushedProject, proxy: FaultyRegistry) -> None:
    """A registry that has everything is only asked, and the summary says so."""
    project.nixgen("push", *at(proxy)).check_returncode()
    proxy.requests.clear()
    done = project.nixgen("push", *at(proxy))
    assert {request.method for request in proxy.requests} == {"GET", "HEAD"}
    table = done.stdout.splitlines()[:3]
    assert [line.split()[0:3] for line in table] == [
        ["IMAGE", "STATUS", "SENT"],
        ["dockerImages.engine", "unchanged", "0"],
        ["dockerImages.wagon", "unchanged", "0"],
    ]


def test_dry_run_only_asks(project: PushedProject, proxy: FaultyRegistry) -> None:
    """--dry-run tells what would be sent and leaves the registry as it is."""
    done = project.nixgen("push", "engine", *at(proxy), "--dry-run")
    assert {request.method for request in proxy.requests} == {"GET", "HEAD"}
    assert "would be pushed" in done.stdout


def test_commits_behind_an_output_are_listed(tmp_path: Path, registry: RunningRegistry) -> None:
    """`tags` lists every commit that made the image, and `latest` is the image as it is now."""
    project = PushedProject(tmp_path / "project", {"engine": "coal"})
    commits = ["a" * 40, "b" * 40]
    for commit_id in commits:
        done = project.nixgen("push", *at(registry), "--commit-id", commit_id, "--json")
        pushed = project.pushed(done)
    project.texts["engine"] = "oil"
    changed = project.commit()
    project.nixgen("push", *at(registry)).check_returncode()
    coal = pushed["engine"]["tags"][1]
    assert project.nixgen("tags", "engine", coal, *at(registry)).stdout.split() == commits
    assert project.nixgen("tags", "engine", "latest", *at(registry)).stdout.split() == [changed]
    unknown = project.nixgen("tags", "engine", "0" * 32, *at(registry))
    assert (unknown.returncode, unknown.stdout) == (6, "")


def test_uncommitted_changes_are_refused(tmp_path: Path, registry: RunningRegistry) -> None:
    """What no commit holds is not pushed under a commit's name, unless one is given."""
    project = PushedProject(tmp_path / "project", {"engine": "steam"})
    (project.folder / "packages.nix").write_text("{ pkgs }: { }\n")
    refused = project.nixgen("push", *at(registry))
    assert (refused.returncode, "packages.nix" in refused.stderr) == (2, True)
    allowed = project.nixgen("push", *at(registry), "--commit-id", "v1", "--json")
    assert project.pushed(allowed)["engine"]["tags"][0].startswith("v1-")


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ([], 2, "no registry: pass --registry"),
        (["--registry", "http://127.0.0.1:1"], 2, "expected https://, got http://"),
        (["--registry", "bad host"], 2, "expected a registry's address"),
        (["--registry", "registry.invalid"], 6, "registry.invalid: the host's name is unknown"),
        (["--registry", "127.0.0.1:1", "--authfile", "/none"], 2, "/none: expected an auth file"),
        (["--registry", "127.0.0.1:1", "--commit-id", "a:b"], 2, "expected a tag of 1 to 128"),
    ],
)
def test_wrong_usage_ends_in_one_message(
    project: PushedProject, words: list[str], status: int, message: str
) -> None:
    """A mistake on the command line is named, with the status of its kind."""
    done = project.nixgen("push", *words)
    assert (done.returncode, message in done.stderr) == (status, True), done.stderr


class TestSecrets:
    """Credentials go into requests, and nowhere else."""

    @pytest.fixture
    def secured(self, tmp_path: Path) -> Iterator[RunningRegistry]:
        folder = tmp_path / "secured"
        folder.mkdir()
        with running_registry(folder, tls=make_certificate(folder), password=True) as running:
            yield running

    @pytest.fixture
    def trust(self, secured: RunningRegistry) -> dict[str, str]:
        assert secured.tls
        return {"SSL_CERT_FILE": str(secured.tls.certificate)}

    def test_credentials_from_the_environment_stay_there(
        self, project: PushedProject, secured: RunningRegistry, trust: dict[str, str]
    ) -> None:
        """A push with REGISTRY_USERNAME and REGISTRY_PASSWORD shows them to nobody."""
        environment = {"REGISTRY_USERNAME": USERNAME, "REGISTRY_PASSWORD": PASSWORD, **trust}
        with watched_arguments(MARK) as seen:
            done = project.nixgen("push", "--registry", secured.host, environment=environment)
        assert done.returncode == 0, done.stderr
        assert (seen, MARK in done.stdout + done.stderr) == ([], False)

    def test_auth_file_is_read(
        self,
        project: PushedProject,
        secured: RunningRegistry,
        trust: dict[str, str],
        tmp_path: Path,
    ) -> None:
        """A file that podman or docker wrote when logging in is enough."""
        file = tmp_path / "auth.json"
        pair = "cHVzaGVyOm1hcmtlZC1zM2NyZXQtUGE1NXdvcmQ="
        file.write_text(json.dumps({"auths": {secured.host: {"auth": pair}}}))
        words = ("push", "--registry", secured.host, "--authfile", str(file))
        assert project.nixgen(*words, environment=trust).returncode == 0

    def test_wrong_password_is_reported_without_it(
        self, project: PushedProject, secured: RunningRegistry, trust: dict[str, str]
    ) -> None:
        """A wrong password ends in one message, with the status of registries."""
        environment = {"REGISTRY_USERNAME": USERNAME, "REGISTRY_PASSWORD": f"{MARK}-wrong", **trust}
        done = project.nixgen("push", "--registry", secured.host, environment=environment)
        assert done.returncode == 6
        assert re.search(r"does not accept the user name and password", done.stderr)
        assert MARK not in done.stdout + done.stderr

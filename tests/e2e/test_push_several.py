"""Tags beside the two, annotations, and several registries in one push."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gates import Gate, knows_password
from pushed_project import PushedProject
from quirks import refusing, to
from quirky_registry import QuirkyRegistry, Reply, quirky_registry
from registry import MARK, PASSWORD, USERNAME

pytestmark = pytest.mark.nix

REPOSITORY = "train/engine"
LICENSES = "org.opencontainers.image.licenses"
REVISION = "org.opencontainers.image.revision"
BASIC_GATE = Gate(lambda call: ['Basic realm="test"'], knows_password)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> PushedProject:
    more = f"tags=['1.4', 'main'], annotations={{{LICENSES!r}: 'MIT \"x\"'}}"
    return PushedProject(tmp_path_factory.mktemp("project") / "images", {"engine": "steam"}, more)


@pytest.fixture
def registry() -> Iterator[QuirkyRegistry]:
    with quirky_registry() as running:
        yield running


def at(*registries: QuirkyRegistry) -> list[str]:
    return [
        word
        for registry in registries
        for word in ("--registry", registry.host, "--insecure-registry", registry.host)
    ]


def manifest(registry: QuirkyRegistry, tag: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(registry.storage.manifests[REPOSITORY, tag][1])
    return content


def test_all_tags_name_one_manifest(project: PushedProject, registry: QuirkyRegistry) -> None:
    """The project's tags and those of the command line are put besides the two, each once."""
    words = ["--tag", "stable", "--tag", "main", "--json"]
    pushed = project.pushed(project.nixgen("push", *at(registry), *words))
    tags = pushed["engine"]["tags"]
    assert ["1.4", "main", "stable"] == tags[2:]
    assert sorted(tags) == registry.storage.tags(REPOSITORY)
    contents = {registry.storage.manifests[REPOSITORY, tag][1] for tag in tags}
    assert len(contents) == 1


def test_tag_that_moved_is_put_again(project: PushedProject, registry: QuirkyRegistry) -> None:
    """A branch's tag that names another image is put, and nothing is sent for it."""
    project.nixgen("push", *at(registry)).check_returncode()
    registry.storage.manifests[REPOSITORY, "main"] = ("application/json", b"{}")
    pushed = project.pushed(project.nixgen("push", *at(registry), "--json"))["engine"]
    assert (pushed["status"], pushed["newTags"]) == ("tagged", ["main"])


def test_annotations_are_those_of_the_definitions(
    project: PushedProject, registry: QuirkyRegistry
) -> None:
    """They are in the manifest whose digest was known before, and in no way part of a commit."""
    [row] = json.loads(project.nixgen("list", "--digests", "--json").stdout)
    for _ in range(2):
        pushed = project.pushed(project.nixgen("push", *at(registry), "--json"))["engine"]
        assert row["digest"] == pushed["digest"]
        assert {LICENSES: 'MIT "x"'} == manifest(registry, pushed["tags"][1])["annotations"]
        project.commit()


def test_annotations_of_a_push_are_added(project: PushedProject, registry: QuirkyRegistry) -> None:
    """A revision that is asked for is in the manifest, and the commits are still found."""
    commits = []
    for letter in "ab":
        commits.append(letter * 40)
        words = ["--commit-id", letter * 40, "--annotation", f"{REVISION}={letter * 40}", "--json"]
        pushed = project.pushed(project.nixgen("push", *at(registry), *words))["engine"]
        expected = {LICENSES: 'MIT "x"', REVISION: letter * 40}
        assert expected == manifest(registry, pushed["tags"][0])["annotations"]
        assert pushed["bytesSent"] == 0 or letter == "a"
    output_sha = pushed["tags"][1]
    found = project.nixgen("tags", "engine", output_sha, *at(registry)).stdout.split()
    assert commits == found


def test_annotations_make_another_output(tmp_path: Path) -> None:
    """Images that differ in an annotation alone are told apart by their output's hash."""
    shas = set()
    for index, more in enumerate(("", "annotations={'a': 'b'}", "annotations={'a': 'c'}")):
        project = PushedProject(tmp_path / str(index), {"engine": "steam"}, more)
        selected = "dockerImages.engine.outPath"
        shas.add(project.nix("nix-instantiate", "--eval", ".", "-A", selected).stdout)
    assert len(shas) == 3


def test_job_puts_the_tags_of_the_project(project: PushedProject, registry: QuirkyRegistry) -> None:
    """The push job puts the same manifest under the same tags, and its receipt names them."""
    arguments = {"registry": registry.host, "insecureRegistry": registry.host}
    done = project.build_jobs("pushDockerImages.engine", arguments=arguments)
    assert done.returncode == 0, done.stderr
    assert "tags 1.4 main\n" in Path(done.stdout.strip()).read_text()
    [row] = json.loads(project.nixgen("list", "--digests", "--json").stdout)
    tags = registry.storage.tags(REPOSITORY)
    assert len(tags) == 4
    assert {"1.4", "main"} <= set(tags)
    for tag in tags:
        assert (
            registry.storage.manifests[REPOSITORY, tag]
            == (registry.storage.manifests[REPOSITORY, row["digest"]])
        )


def test_several_registries_get_the_images(project: PushedProject) -> None:
    """Each registry has all images after one push, each with its own digest and bytes."""
    with quirky_registry() as first, quirky_registry() as second:
        done = project.nixgen("push", *at(first, second), "--json")
        assert done.returncode == 0, done.stderr
        reports = json.loads(done.stdout)["registries"]
        assert [first.host, second.host] == [report["registry"] for report in reports]
        assert len({report["images"][0]["digest"] for report in reports}) == 1
        assert first.storage.tags(REPOSITORY) == second.storage.tags(REPOSITORY) != []


def test_failing_registry_does_not_lose_the_others(project: PushedProject) -> None:
    """What the first registry refuses is told at the end; the others have the images."""
    with (
        quirky_registry(refusing(to("POST"), Reply(403))) as first,
        quirky_registry() as second,
    ):
        done = project.nixgen("push", *at(first, second), "--json")
        assert (done.returncode, f"{first.host}: uploading a blob" in done.stderr) == (6, True)
        failed, pushed = json.loads(done.stdout)["registries"]
        assert (first.host, True) == (failed["registry"], "asks for a user name" in failed["error"])
        assert pushed["images"][0]["status"] == "pushed"
        assert len(second.storage.tags(REPOSITORY)) == 4
        plain = project.nixgen("push", *at(first, second))
        assert (plain.returncode, f"{second.host}/{REPOSITORY}:main" in plain.stdout) == (6, True)


def test_each_registry_has_its_credentials(project: PushedProject, tmp_path: Path) -> None:
    """Of several registries only that of REGISTRY_URL is shown the password of the variables."""
    with quirky_registry(BASIC_GATE) as first, quirky_registry(BASIC_GATE) as second:
        environment = {"REGISTRY_USERNAME": USERNAME, "REGISTRY_PASSWORD": PASSWORD}
        refused = project.nixgen("push", *at(first, second), environment=environment)
        assert (refused.returncode, "expected one registry that" in refused.stderr) == (2, True)
        environment["REGISTRY_URL"] = first.host
        done = project.nixgen("push", *at(first, second), environment=environment)
        assert (done.returncode, f"{second.host}: looking for" in done.stderr) == (6, True)
        assert MARK not in done.stdout + done.stderr
        assert {call.authorization for call in second.calls} == {""}
        assert len(first.storage.tags(REPOSITORY)) == 4
        pair = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        file = tmp_path / "auth.json"
        file.write_text(json.dumps({"auths": {r.host: {"auth": pair} for r in (first, second)}}))
        words = [*at(first, second), "--authfile", str(file)]
        assert project.nixgen("push", *words).returncode == 0


def test_docker_form_can_be_asked_for(project: PushedProject, registry: QuirkyRegistry) -> None:
    """--format docker puts the digest that `list --json` calls dockerDigest."""
    [row] = json.loads(project.nixgen("list", "--digests", "--json").stdout)
    words = [*at(registry), "--format", "docker", "--json"]
    pushed = project.pushed(project.nixgen("push", *words))["engine"]
    assert row["dockerDigest"] == pushed["digest"]
    assert "application/vnd.docker.distribution.manifest.v2+json" == pushed["mediaType"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--tag", "a/b"], "--tag: expected a tag of 1 to 128"),
        (["--annotation", "x"], "--annotation: expected NAME=VALUE, got 'x'"),
        (["--annotation", "=x"], "--annotation: expected NAME=VALUE, got '=x'"),
        (["--format", "zip"], "'zip' is not one of"),
    ],
)
def test_wrong_option_is_refused(
    project: PushedProject, registry: QuirkyRegistry, words: list[str], message: str
) -> None:
    """A mistake is named before anything is asked or built."""
    done = project.nixgen("push", *at(registry), *words)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    assert registry.calls == []


def test_tags_of_one_registry_are_listed(project: PushedProject, registry: QuirkyRegistry) -> None:
    """`nixgen tags` asks one registry, and refuses several."""
    words = ["tags", "engine", "latest", *at(registry), "--registry", "other.example.org"]
    done = project.nixgen(*words)
    assert (done.returncode, "expected one registry, got 2" in done.stderr) == (2, True)

"""What push jobs put where: tags, annotations, several registries, layers of other repositories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gates import Gate, knows_password
from pushed_project import REPOSITORY, PushedProject
from quirks import refusing, to
from quirky_registry import QuirkyRegistry, Reply, quirky_registry
from registry import MARK, PASSWORD, USERNAME

pytestmark = pytest.mark.nix

ENGINE, WAGON = "train/engine", "train/wagon"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> PushedProject:
    folder = tmp_path_factory.mktemp("project") / "images"
    return PushedProject(folder, {"engine": "steam", "wagon": "wood"}, 'tags=["main", "1.4"]')


def arguments(*registries: QuirkyRegistry, **more: str | Path) -> dict[str, str | Path]:
    hosts = " ".join(registry.host for registry in registries)
    return {"registry": hosts, "insecureRegistry": hosts, **more}


def manifest(registry: QuirkyRegistry, tag: str) -> dict[str, object]:
    content: dict[str, object] = json.loads(registry.storage.manifests[ENGINE, tag][1])
    return content


def test_tags_of_the_project_are_put(project: PushedProject) -> None:
    """The project's tags are put besides the two, and moved on by the next commit."""
    with quirky_registry() as registry:
        for _ in range(2):
            commit = project.commit()
            done = project.build_jobs("pushDockerImages.engine", arguments=arguments(registry))
            assert done.returncode == 0, done.stderr
            assert f"{ENGINE}:{commit}-" in done.stderr
        assert {"main", "1.4"} < set(registry.storage.tags(ENGINE))
        assert len(registry.storage.tags(ENGINE)) == 5


def test_revision_is_annotated_when_asked_for(project: PushedProject) -> None:
    """With annotateRevision the manifest names the commit; the receipt says so."""
    with quirky_registry() as registry:
        commit = project.commit()
        done = project.build_jobs(
            "pushDockerImages.engine",
            arguments=arguments(registry),
            options=["--arg", "annotateRevision", "true"],
        )
        assert done.returncode == 0, done.stderr
        annotated = {"org.opencontainers.image.revision": commit}
        assert annotated == manifest(registry, "main")["annotations"]
    assert commit in Path(done.stdout.strip()).read_text().splitlines()[-1]


def test_one_job_pushes_to_several_registries(project: PushedProject) -> None:
    """A registry that fails keeps the image from no other, and fails the job."""
    broken = refusing(to("PUT", "manifest"), Reply(403))
    with quirky_registry(broken) as first, quirky_registry() as second:
        done = project.build_jobs("pushDockerImages.engine", arguments=arguments(first, second))
        refused = f"{first.host}: putting the tag" in done.stderr
        assert (done.returncode, refused) == (1, True), done.stderr
        assert f"main is pushed to {second.host}" in done.stderr
        assert "main" in second.storage.tags(ENGINE)


def test_password_is_shown_to_the_registry_that_it_is_for(project: PushedProject) -> None:
    """Of several registries that of REGISTRY_URL alone sees the password of the variables."""
    gate = Gate(lambda call: ['Basic realm="test"'], knows_password)
    with quirky_registry(gate) as first, quirky_registry() as second:
        environment = {
            "REGISTRY_URL": first.host,
            "REGISTRY_USERNAME": USERNAME,
            "REGISTRY_PASSWORD": PASSWORD,
        }
        done = project.build_jobs(
            "pushDockerImages.engine", arguments=arguments(first, second), environment=environment
        )
        assert (done.returncode, MARK in done.stderr) == (0, False), done.stderr
        assert {call.authorization for call in second.calls} == {""}


def test_layer_of_another_repository_is_taken_over(project: PushedProject) -> None:
    """A large layer that another image of the project has pushed is mounted, not sent again."""
    with quirky_registry() as registry:
        for attribute in ("engine", "wagon"):
            job = f"pushDockerImages.{attribute}"
            assert project.build_jobs(job, arguments=arguments(registry)).returncode == 0
        sent = dict.fromkeys((ENGINE, WAGON), 0)
        for call in registry.asked("PATCH", "session"):
            sent[call.repository] += len(call.body)
        [mounted] = [call.parameters for call in registry.calls if call.is_mount]
        assert (mounted["from"], sent[WAGON] < 1 << 20 < sent[ENGINE]) == (ENGINE, True)


def test_file_that_holds_no_certificates_is_named(project: PushedProject, tmp_path: Path) -> None:
    """What `certificates` names must be certificates."""
    file = tmp_path / "authorities.pem"
    file.write_text("none\n")
    with quirky_registry() as registry:
        done = project.build_jobs(
            "pushDockerImages.engine", arguments={"registry": registry.host, "certificates": file}
        )
    assert (done.returncode, "expected certificates in PEM form" in done.stderr) == (1, True)


def test_project_has_the_client_of_nixgen_push(project: PushedProject) -> None:
    """What push jobs run is laid beside the library, and is what a checkout's own jobs run."""
    evaluate = ("--eval", "--read-write-mode", "--json", "--expr")
    clients = []
    for folder in (REPOSITORY, project.folder):
        expression = f"import {folder}/nix/push/registryClient.nix"
        done = project.nix("nix-instantiate", *evaluate, expression)
        clients.append(Path(json.loads(done.stdout)))
    listed = [
        sorted(file.relative_to(client) for file in client.rglob("*") if file.is_file())
        for client in clients
    ]
    assert listed[0] == listed[1]
    assert Path("nixgen/registry/push.py") in listed[0]
    for client in clients:
        assert [] == [f for f in listed[0] if (client / f).read_bytes() != own_bytes(f)]


def own_bytes(file: Path) -> bytes:
    return (REPOSITORY / file).read_bytes()

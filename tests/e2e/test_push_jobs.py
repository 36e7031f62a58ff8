"""The push jobs of jobsets.nix, built by Nix in its sandbox."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from connect_proxy import connect_proxy
from faults import FaultyRegistry, Request, method
from pushed_project import PushedProject, watched_arguments
from registry import (
    MARK,
    PASSWORD,
    USERNAME,
    HasHost,
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


def to(registry: HasHost) -> dict[str, str | Path]:
    """Return the arguments of jobsets.nix for a registry without TLS."""
    return {"registry": registry.host, "insecureRegistry": registry.host}


def tags_of(project: PushedProject, attribute: str) -> tuple[str, str]:
    commit_id = project.git("rev-parse", "HEAD")
    selected = f"dockerImages.{attribute}.outPath"
    archive = project.nix("nix-instantiate", "--eval", ".", "-A", selected).stdout
    output_sha = Path(archive.strip('"\n')).name[:32]
    return f"{commit_id}-{output_sha}-train-{attribute}", output_sha


def test_job_pushes_both_tags_and_leaves_a_receipt(
    project: PushedProject, proxy: FaultyRegistry
) -> None:
    """The image is in the registry under both tags; the receipt names commit and image alone."""
    done = project.build_jobs("pushDockerImages", arguments=to(proxy))
    assert done.returncode == 0, done.stderr
    receipts = [Path(path).read_text() for path in done.stdout.split()]
    for attribute, receipt in zip(("engine", "wagon"), receipts, strict=True):
        tags = tags_of(project, attribute)
        digests = {skopeo_digest(proxy, f"train/{attribute}", tag) for tag in tags}
        assert len(digests) == 1
        assert f"image train/{attribute}\n" in receipt
        assert f"commit {project.git('rev-parse', 'HEAD')}\n" in receipt
        assert tags[1] not in receipt


def test_new_commit_of_an_unchanged_image_puts_a_tag(
    project: PushedProject, proxy: FaultyRegistry
) -> None:
    """The job runs for every commit, and sends no layer twice."""
    assert project.build_jobs("pushDockerImages.engine", arguments=to(proxy)).returncode == 0
    uploads = len(proxy.uploads())
    project.commit()
    done = project.build_jobs("pushDockerImages.engine", arguments=to(proxy))
    assert done.returncode == 0, done.stderr
    assert len(proxy.uploads()) == uploads
    for tag in tags_of(project, "engine"):
        assert skopeo_digest(proxy, "train/engine", tag)


def test_same_commit_is_not_pushed_again(project: PushedProject, proxy: FaultyRegistry) -> None:
    """Where the receipt is in the store, the registry is not even asked."""
    assert project.build_jobs("pushDockerImages.engine", arguments=to(proxy)).returncode == 0
    proxy.requests.clear()
    assert project.build_jobs("pushDockerImages.engine", arguments=to(proxy)).returncode == 0
    assert proxy.requests == []


def test_lost_receipt_means_asking_again(
    project: PushedProject, proxy: FaultyRegistry, registry: RunningRegistry
) -> None:
    """Once its receipt is gone a job runs again: it asks an intact registry, fills a wiped one."""
    for wiped in (False, True):
        done = project.build_jobs("pushDockerImages.engine", arguments=to(proxy))
        assert done.returncode == 0, done.stderr
        project.nix("nix-store", "--delete", done.stdout.strip()).check_returncode()
        uploads = len(proxy.uploads())
        if wiped:
            registry.wipe()
        done = project.build_jobs("pushDockerImages.engine", arguments=to(proxy))
        assert done.returncode == 0, done.stderr
        assert (len(proxy.uploads()) > uploads) == wiped
        for tag in tags_of(project, "engine"):
            assert skopeo_digest(proxy, "train/engine", tag)


def test_killed_job_is_made_up_for(project: PushedProject, proxy: FaultyRegistry) -> None:
    """After a job was killed in the middle of an upload, the next one puts both tags."""
    killed: list[int] = []

    def kill(request: Request) -> None:
        if request.method == "PATCH" and not killed:
            killed.append(build.pid)
            build.kill()

    proxy.on_request = kill
    with project.building_jobs("pushDockerImages.engine", arguments=to(proxy)) as build:
        assert build.wait() == -signal.SIGKILL
    assert killed == [build.pid]
    done = project.build_jobs("pushDockerImages.engine", arguments=to(proxy))
    assert done.returncode == 0, done.stderr
    for tag in tags_of(project, "engine"):
        assert skopeo_digest(proxy, "train/engine", tag)


def test_passing_trouble_is_waited_for(project: PushedProject, proxy: FaultyRegistry) -> None:
    """A registry that answers with 503 once gets the image all the same."""
    proxy.fail(method("POST"), status=503)
    done = project.build_jobs("pushDockerImages.engine", arguments=to(proxy))
    assert (done.returncode, "trying again in" in done.stderr) == (0, True), done.stderr


def test_registry_that_keeps_nothing_fails_the_job(
    project: PushedProject, proxy: FaultyRegistry
) -> None:
    """Tags that cannot be read back fail the job, and are never said to be pushed."""
    proxy.fail(
        lambda request: request.method == "PUT" and "/manifests/" in request.path,
        status=201,
        times=2,
    )
    done = project.build_jobs("pushDockerImages.engine", arguments=to(proxy))
    assert (done.returncode, "after the push, got no such tag" in done.stderr) == (1, True)
    assert "is pushed" not in done.stderr


def test_registry_without_tls_must_be_named(project: PushedProject, proxy: FaultyRegistry) -> None:
    """Without insecureRegistry nothing is sent in the clear."""
    done = project.build_jobs("pushDockerImages.engine", arguments={"registry": proxy.host})
    assert done.returncode == 1
    assert proxy.requests == []


def test_missing_registry_is_named(project: PushedProject) -> None:
    """Without a registry the job says which argument or variable is missing."""
    done = project.build_jobs("pushDockerImages.engine")
    assert (done.returncode, "set the argument registry, or REGISTRY_URL" in done.stderr) == (
        1,
        True,
    )


def test_credentials_and_address_come_from_the_environment(
    project: PushedProject, tmp_path: Path
) -> None:
    """REGISTRY_URL and credentials reach the job, and are in no derivation, output or argument."""
    folder = tmp_path / "secured"
    folder.mkdir()
    certificate = make_certificate(folder)
    environment = {"REGISTRY_USERNAME": USERNAME, "REGISTRY_PASSWORD": PASSWORD}
    with running_registry(folder, tls=certificate, password=True) as secured:
        environment["REGISTRY_URL"] = f"https://{secured.host}/mirror/"
        with watched_arguments(MARK) as seen:
            done = project.build_jobs(
                "pushDockerImages.wagon",
                arguments={"certificates": certificate.certificate},
                environment=environment,
            )
        assert done.returncode == 0, done.stderr
        assert skopeo_digest(secured, "mirror/train/wagon", tags_of(project, "wagon")[1])
    [receipt] = done.stdout.split()
    derivation = project.nix("nix-store", "--query", "--deriver", receipt).stdout.strip()
    said = [done.stderr, Path(receipt).read_text(), Path(derivation).read_text(), *seen]
    assert [text for text in said if MARK in text] == []
    assert [file for file in Path("/nix/store").glob("*.drv") if MARK in _read(file)] == []


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:  # the store was collected meanwhile
        return ""


def test_proxy_of_the_environment_is_used(project: PushedProject, tmp_path: Path) -> None:
    """A registry whose name only the proxy knows is reached, by the job and by nixgen push."""
    certificate = make_certificate(tmp_path)
    with (
        running_registry(tmp_path / "registry", tls=certificate) as behind,
        connect_proxy(behind.port) as proxy,
    ):
        environment = {"HTTPS_PROXY": proxy.url, "https_proxy": proxy.url}
        done = project.build_jobs(
            "pushDockerImages.engine",
            arguments={"registry": "registry.test", "certificates": certificate.certificate},
            environment=environment,
        )
        assert done.returncode == 0, done.stderr
        assert set(proxy.asked_for) == {"registry.test:443"}
        proxy.asked_for.clear()
        done = project.nixgen(
            *["push", "engine", "--registry", "registry.test"],
            environment={**environment, "SSL_CERT_FILE": str(certificate.certificate)},
        )
        assert (done.returncode, "unchanged" in done.stdout) == (0, True), done.stderr
        assert set(proxy.asked_for) == {"registry.test:443"}


def test_wrong_password_fails_the_job(project: PushedProject, tmp_path: Path) -> None:
    """A wrong password fails the job at once with the registry's words, and is not shown."""
    with running_registry(tmp_path / "registry", password=True) as secured:
        done = project.build_jobs(
            "pushDockerImages.engine",
            environment={"REGISTRY_USERNAME": USERNAME, "REGISTRY_PASSWORD": f"{MARK}-wrong"},
            arguments=to(secured),
        )
    refused = "does not accept the user name and password" in done.stderr
    assert (done.returncode, refused) == (1, True), done.stderr
    assert MARK not in done.stderr


def test_commit_must_be_known(project: PushedProject) -> None:
    """A push job of a plain checkout says what to pass; all other jobs evaluate."""
    command = ["nix-instantiate", "jobsets.nix", "--arg", "pushToDockerRegistry", "true", "-A"]
    refused = project.nix(*command, "pushDockerImages.engine")
    assert "--arg src '{ outPath = ./.; rev = " in refused.stderr
    assert project.nix(*command, "tested").returncode == 0


def test_commit_that_no_tag_can_hold_is_refused(project: PushedProject) -> None:
    """The rev of a path input, which holds a colon, is refused with the tag it would make."""
    command = ["nix-instantiate", "jobsets.nix", "--arg", "pushToDockerRegistry", "true"]
    source = ["--arg", "src", '{ outPath = ./.; rev = "sha256:0"; }']
    refused = project.nix(*command, *source, "-A", "pushDockerImages.engine")
    assert "pushImage: commitId: expected one that leaves a tag" in refused.stderr


def test_report_tells_sizes_and_layers(project: PushedProject) -> None:
    """The report job has a product and metrics in the forms that Hydra reads."""
    done = project.build_jobs("report.engine")
    assert done.returncode == 0, done.stderr
    support = Path(done.stdout.strip(), "nix-support")
    [product] = (support / "hydra-build-products").read_text().splitlines()
    kind, subtype, path = product.split(" ", 2)
    assert (kind, subtype, Path(path.strip('"')).is_file()) == ("file", "docker-image", True)
    metrics = dict(
        line.split(" ", 1) for line in (support / "hydra-metrics").read_text().splitlines()
    )
    assert sorted(metrics) == ["archiveSize", "closureSize", "imageSize", "layers"]
    assert metrics["archiveSize"] == f"{Path(path.strip(chr(34))).stat().st_size} bytes"
    assert 0 < int(metrics["closureSize"].split()[0]) < int(metrics["archiveSize"].split()[0])

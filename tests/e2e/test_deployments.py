"""nixgen kubernetes, compose and quadlet: what they print runs, as a user would run it."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml
from containers import Container, container_options, engine, wait_until
from project import copy_lock, nixgen, output, run
from registry import RunningRegistry, running_registry

pytestmark = [pytest.mark.container, pytest.mark.nix]

GENERATOR = Path("/usr/libexec/podman/quadlet")
DEFINITIONS = """\
from nixgen import Image, Project, Service

project = Project(images={
    "shop": Image(
        name="shop/counter",
        services=[
            Service(name="prepare", command="id -u >/data/uid", one_shot=True),
            Service(name="counter", command="exec sleep 1000", after=["prepare"]),
        ],
        config={"ExposedPorts": {"18080/tcp": {}}, "Volumes": {"/data": {}}},
        stop_grace_period=3,
    ),
})
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    with running_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("deployments")
    (made / "images.py").write_text(DEFINITIONS)
    copy_lock(made)
    return made


@pytest.fixture(scope="module")
def pushed_digest(folder: Path, registry: RunningRegistry) -> str:
    where = ("--registry", registry.host, "--insecure-registry", registry.host)
    report = json.loads(
        output(nixgen("push", "--commit-id", "c0", "--json", *where, folder=folder))
    )
    digest: str = report["images"][0]["digest"]
    return digest


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have podman start containers as the other tests do, whoever calls it."""
    runtime, limits = container_options()
    file = tmp_path_factory.mktemp("podman") / "containers.conf"
    file.write_text(
        f"[containers]\ndefault_ulimits = {json.dumps(limits[1::2])}\n"
        f"[engine]\n{f'runtime = {json.dumps(runtime[1])}' if runtime else ''}\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_CONF", str(file))
        yield


def printed(subcommand: str, folder: Path, registry: RunningRegistry, *options: str) -> str:
    command = (subcommand, "shop", "--registry", registry.host, *options)
    return output(nixgen(*command, folder=folder)) + "\n"


def runs_as_nobody(name: str, check: Sequence[str]) -> bool:
    """Tell whether all services are up, and the volume can be written to."""
    started = Container(name)
    wait_until(lambda: started.succeeds(*check), 20, f"{name} does not become healthy")
    return started.exec("/bin/cat", "/data/uid") == "65534\n"


@pytest.mark.usefixtures("podman")
def test_deployment_runs_in_podman(
    folder: Path, registry: RunningRegistry, pushed_digest: str, tmp_path: Path
) -> None:
    """podman plays the Deployment: the pushed image, its services as nobody, until all are up."""
    text = printed("kubernetes", folder, registry, "--read-only")
    container = yaml.safe_load(text)["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == f"{registry.host}/shop/counter@{pushed_digest}"
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    played = engine("kube", "play", "--tls-verify=false", str(file)).split()
    try:
        name = engine("ps", "--format", "{{.Names}}", "--filter", f"id={played[-1]}").strip()
        assert runs_as_nobody(name, container["readinessProbe"]["exec"]["command"])
    finally:
        engine("kube", "down", str(file))


@pytest.mark.usefixtures("podman")
def test_compose_file_runs_with_podman_compose(
    folder: Path, registry: RunningRegistry, pushed_digest: str, tmp_path: Path
) -> None:
    """podman-compose starts the service with its health check, as nobody, and ends it."""
    image = f"{registry.host}/shop/counter@{pushed_digest}"
    engine("pull", "--quiet", "--tls-verify=false", image)
    (tmp_path / "compose.yaml").write_text(printed("compose", folder, registry, "--read-only"))
    compose = [sys.executable, "-m", "podman_compose", "--project-name", "nixgen-test"]
    output(run(*compose, "up", "--detach", folder=tmp_path))
    try:
        [name] = engine(
            *("ps", "--format", "{{.Names}}"),
            *("--filter", "label=io.podman.compose.project=nixgen-test"),
        ).split()
        check = Container(name).inspect()["Config"]["Healthcheck"]["Test"]
        assert check[0] == "CMD"
        assert runs_as_nobody(name, check[1:])
    finally:
        output(run(*compose, "down", "--volumes", folder=tmp_path))


def test_unit_becomes_a_service_of_systemd(
    folder: Path, registry: RunningRegistry, tmp_path: Path
) -> None:
    """podman's generator makes a service of the unit, with every option, and systemd allows it."""
    if not GENERATOR.exists():
        pytest.skip("podman is older than 4.4 here; tests/rooms/test_debian13.py has a newer one")
    (tmp_path / "shop.container").write_text(printed("quadlet", folder, registry))
    units = {"QUADLET_UNIT_DIRS": str(tmp_path)}
    output(run(str(GENERATOR), str(tmp_path / "made"), folder=tmp_path, environment=units))
    service = tmp_path / "made" / "shop.service"
    [start] = [line for line in service.read_text().splitlines() if line.startswith("ExecStart=")]
    words = shlex.split(start)
    assert {"--cap-drop", "all", "--user", "65534:65534", "--stop-timeout=5"} <= set(words)
    assert json.loads(words[words.index("--health-cmd") + 1])[0].endswith("/health")
    verify = ("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(service))
    assert output(run(*verify, folder=tmp_path)) == ""

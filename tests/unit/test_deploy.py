"""Where images run: Deployments, compose files and units, as their own schemas read them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from configparser import RawConfigParser
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml
from attrs import evolve
from compose_spec import ComposeSpecification  # type: ignore[attr-defined]
from hypothesis import given, settings
from hypothesis import strategies as st

from nixgen import Image, LayeredImage, Service
from nixgen.cli.workloads import security_of
from nixgen.definitions import AnyImage
from nixgen.deploy import (
    HealthCheck,
    Port,
    Security,
    Workload,
    compose_file,
    deployments,
    quadlet,
    workload_name,
)
from nixgen.deploy.workload import health_check, ports
from nixgen.deploy.yaml import to_yaml

DIGEST = "sha256:" + "0123456789abcdef" * 4
OWN_CHECK = HealthCheck(["perpok", "-u", "3", "--all"], 10, 5, 0, 3, restarts=False)
WEB = Workload(
    name="shop-web",
    image=f"registry.example.org/shop/web@{DIGEST}",
    security=Security("65534:65534", (), read_only=True),
    health_check=OWN_CHECK,
    ports=[Port(8080, "tcp"), Port(8125, "udp")],
    volumes=["/var/lib/shop"],
    stop_signal=None,
    stop_seconds=10,
)
WRITTEN_CHECK = HealthCheck(["/bin/sh", "-c", "test $(stat -c %s /a) -gt 0"], 30, 5, 60, 3, True)
DATABASE = evolve(
    WEB,
    name="shop-database",
    image=f"registry.example.org/shop/database@{DIGEST}",
    security=Security("root", ("SETUID", "SETGID", "KILL"), read_only=False),
    health_check=WRITTEN_CHECK,
    ports=[Port(5432, "tcp")],
    volumes=["/data", "/tmp"],
    stop_signal="SIGINT",
    stop_seconds=62,
    reads_namespace=True,
)
PLAIN = Workload(
    name="tools",
    image=f"registry.example.org/tools@{DIGEST}",
    security=Security(None, None, read_only=False),
    health_check=None,
    ports=[],
    volumes=[],
    stop_signal=None,
    stop_seconds=10,
)
WORKLOADS = [WEB, DATABASE, PLAIN]


def test_generated_texts(golden: Callable[[str, str], None]) -> None:
    """The texts are those in the golden folder."""
    golden("deploy/kubernetes.yaml", deployments(WORKLOADS, replicas=2))
    golden("deploy/compose.yaml", compose_file(WORKLOADS))
    for workload in WORKLOADS:
        golden(f"deploy/{workload.name}.container", quadlet(workload))


@pytest.mark.parametrize("version", ["1.29", "1.37"])
def test_deployments_follow_the_schema_of_kubernetes(version: str) -> None:
    """Kubernetes' own schema allows every document, and knows every key."""
    documents = list(yaml.safe_load_all(deployments(WORKLOADS)))
    assert 3 == len(documents)
    for document in documents:
        kubernetes_validate.validate(document, version, strict=True)


def test_compose_file_follows_the_compose_specification() -> None:
    """The specification's schema allows the file."""
    read = ComposeSpecification.model_validate(yaml.safe_load(compose_file(WORKLOADS)))
    assert {"shop-web", "shop-database", "tools"} == set(read.services or {})


TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    [
        "yes",
        "1",
        "1e3",
        "null",
        "~",
        "a: b",
        "- a",
        "#a",
        "a #b",
        "0x1f",
        "2001-01-01",
        "a:",
        "12:30",
    ]
)
VALUES = st.recursive(
    st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(VALUES)
def test_written_yaml_is_read_as_the_same_value(value: Any) -> None:
    """Whatever a string looks like, it is read as the string that it is."""
    assert value == yaml.safe_load(to_yaml(value))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_command_of_a_check_is_not_expanded(text: str) -> None:
    """Neither compose nor systemd replaces what looks like a variable or a specifier."""
    workload = evolve(WEB, health_check=evolve(OWN_CHECK, words=["echo", text]))
    service = yaml.safe_load(compose_file([workload]))["services"]["shop-web"]
    [line] = [line for line in quadlet(workload).split("\n") if line.startswith("HealthCmd=")]
    command = line.removeprefix("HealthCmd=").replace("$$", "$").replace("%%", "%")
    assert ["echo", text] == json.loads(command)
    assert ["CMD", "echo", text] == [
        word.replace("$$", "$") for word in service["healthcheck"]["test"]
    ]
    assert text.count("$") * 2 == service["healthcheck"]["test"][2].count("$")


def test_unit_of_systemd_has_known_sections() -> None:
    """A unit is sections of keys, and podman's words can be split."""
    unit = RawConfigParser(strict=False, delimiters="=")
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(quadlet(DATABASE))
    assert ["Unit", "Container", "Service", "Install"] == unit.sections()
    assert ["--stop-timeout=62"] == shlex.split(unit["Container"]["PodmanArgs"])
    assert "72" == unit["Service"]["TimeoutStopSec"]


def probes(check: HealthCheck) -> dict[str, Any]:
    document = yaml.safe_load(deployments([evolve(WEB, health_check=check)]))
    container = document["spec"]["template"]["spec"]["containers"][0]
    return {key: value for key, value in container.items() if key.endswith("Probe")}


def test_supervisors_own_check_restarts_nothing() -> None:
    """A service that is down makes the container unready; the supervisor starts it again."""
    assert ["readinessProbe"] == list(probes(OWN_CHECK))


def test_start_period_is_time_to_start() -> None:
    """A container is given its start period, and the failures that are allowed after it."""
    assert {"startupProbe": 5, "readinessProbe": 3, "livenessProbe": 3} == {
        name: probe["failureThreshold"] for name, probe in probes(WRITTEN_CHECK).items()
    }


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, None),
        ({"Healthcheck": {"Test": ["NONE"]}}, None),
        ({"Healthcheck": {"Test": ["CMD", "a"]}}, HealthCheck(["a"], 30, 30, 0, 3, True)),
        (
            {"Healthcheck": {"Test": ["CMD-SHELL", "a b"], "Interval": 1500000000, "Retries": 1}},
            HealthCheck(["/bin/sh", "-c", "a b"], 2, 30, 0, 1, True),
        ),
        (
            {"Healthcheck": {"Test": ["CMD-SHELL", "a"]}, "Shell": ["/bin/bash", "-c"]},
            HealthCheck(["/bin/bash", "-c", "a"], 30, 30, 0, 3, True),
        ),
    ],
)
def test_health_check_is_read_as_docker_reads_it(
    config: dict[str, Any], expected: HealthCheck | None
) -> None:
    """Defaults, the shell and whole seconds."""
    assert expected == health_check(config, restarts=True)


def test_ports_are_read_in_order() -> None:
    """A range is each of its ports; a port without a protocol is one of tcp."""
    config: dict[str, Any] = {"ExposedPorts": {"90-91/udp": {}, "80": {}}}
    assert [Port(80, "tcp"), Port(90, "udp"), Port(91, "udp")] == ports(config)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop/web", "shop-web"),
        ("a__b.c", "a-b-c"),
        ("x" * 62 + "/y", "x" * 62),
    ],
)
def test_name_is_one_that_kubernetes_allows(name: str, expected: str) -> None:
    """A label of RFC 1123: at most 63 lower-case letters, digits and hyphens."""
    assert expected == workload_name(name)


def test_volumes_have_names_of_their_own() -> None:
    """Folders whose names become the same are told apart."""
    named = evolve(WEB, volumes=["/a/b", "/a-b", "/"]).volume_names
    assert {"/a/b": "a-b", "/a-b": "a-b-2", "/": "data"} == named


NOBODYS = Image(name="a", command="a")
ROOTS = Image(name="a", command="a", user="root")
BOTH = Image(
    name="a",
    services=[Service(name="a", command="a"), Service(name="b", command="b", user="root")],
)
LAYERS = LayeredImage(name="a")
APPS = Image(name="a", command="a", user="app", users={"app": 1000})
SEVERAL = Image(
    name="a",
    users={"app": 1000},
    services=[Service(name="a", command="a"), Service(name="b", command="b", user="app")],
)


@pytest.mark.parametrize(
    ("definition", "user", "expected_user", "capabilities"),
    [
        (NOBODYS, None, "65534:65534", ()),
        (NOBODYS, "root", "root", ("SETUID", "SETGID", "KILL")),
        (NOBODYS, "0:0", "0:0", ("SETUID", "SETGID", "KILL")),
        (NOBODYS, "1000", "1000", ()),
        (ROOTS, None, None, None),
        (ROOTS, "app", "app", ()),
        (BOTH, None, None, None),
        (APPS, None, "1000:1000", ()),
        (APPS, "0:5", "0:5", ("SETUID", "SETGID", "KILL")),
        (SEVERAL, None, None, ("SETUID", "SETGID", "KILL")),
        (LAYERS, None, None, None),
        (LAYERS, "1000:1000", "1000:1000", None),
    ],
)
def test_container_has_the_least_rights_that_its_services_need(
    definition: AnyImage,
    user: str | None,
    expected_user: str | None,
    capabilities: tuple[str, ...] | None,
) -> None:
    """Services of one user need neither root nor capabilities; what runs as root may need any."""
    assert Security(expected_user, capabilities, False) == security_of(definition, user, False)


def test_name_of_a_user_is_left_to_the_image() -> None:
    """Kubernetes takes numbers alone; of root's services it takes nothing away."""
    named = evolve(WEB, security=Security("app", (), read_only=False))
    document = yaml.safe_load(deployments([named]))
    context = document["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    assert {
        "allowPrivilegeEscalation",
        "capabilities",
        "readOnlyRootFilesystem",
        "seccompProfile",
    } == (set(context))

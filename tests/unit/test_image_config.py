"""What container engines read from an image: what is refused, and what is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from refusals import IMAGE, refusal

from nixgen.project.load import load_project

KEYS = (
    "ArgsEscaped, AttachStderr, AttachStdin, AttachStdout, Cmd, CpuShares, Cpuset, Domainname, "
    "Entrypoint, Env, ExposedPorts, Healthcheck, Hostname, Image, Labels, MacAddress, Memory, "
    "MemorySwap, NetworkDisabled, OnBuild, OpenStdin, Shell, StdinOnce, StopSignal, StopTimeout, "
    "Tty, User, Volumes, WorkingDir"
)
STORE_PATH = (
    "expected a package or another store path, such as pkgs.jq, got {}\n"
    "  a file of your own becomes a package in packages.nix"
)
ABSOLUTE = (
    "expected an absolute path, got {}\n"
    "  begin it with / for a path of the image, or with a package such as {{pkgs.nginx}}"
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('annotations={"a": 1}', "annotations.a: expected a string or a Nix expression, got 1"),
        ("annotations=[]", "annotations: expected a dict of strings, got []"),
        ('labels={"a": 1}', "labels.a: expected a string or a Nix expression, got 1"),
        ("labels=[]", "labels: expected a dict of strings, got []"),
        (
            'created="yesterday"',
            "created: expected a time such as 1970-01-01T00:00:01Z, or \"now\", got 'yesterday'",
        ),
        (
            'created="2024-02-30T00:00:00Z"',
            'created: expected a time such as 1970-01-01T00:00:01Z, or "now", '
            "got '2024-02-30T00:00:00Z'",
        ),
        (
            'health_check={"Test": "true"}',
            "health_check.Test: expected a list of strings, got 'true'\n"
            "  write [\"CMD-SHELL\", 'true']",
        ),
        (
            'health_check={"Test": ["true"]}',
            "health_check.Test[0]: expected one of NONE, CMD, CMD-SHELL, got 'true'",
        ),
        (
            'health_check={"Interval": 30}',
            "health_check.Interval: expected nanoseconds, 0 or a whole number from 1000000, "
            "got 30\n  a second is 10**9 nanoseconds",
        ),
        (
            'health_check={"test": ["CMD", "true"]}',
            "health_check.test: expected one of the keys Test, Interval, Timeout, "
            "StartPeriod, StartInterval, Retries, got 'test'\n  did you mean Test?",
        ),
        ("health_check=1", "health_check: expected a dict, or False for none, got 1"),
        (
            'config={"env": ["A=1"]}',
            f"config.env: expected one of the keys {KEYS}, got 'env'\n  did you mean Env?",
        ),
        (
            'config={"Env": {"A": "1"}}',
            "config.Env: expected a list of NAME=VALUE, got {'A': '1'}\n"
            '  write a list: ["NAME=VALUE", ...]',
        ),
        ('config={"Env": ["A"]}', "config.Env[0]: expected NAME=VALUE, got 'A'"),
        ('config={"Env": ["=A"]}', "config.Env[0]: expected NAME=VALUE, got '=A'"),
        ('config={"WorkingDir": "tmp"}', "config.WorkingDir: " + ABSOLUTE.format("'tmp'")),
        ('config={"Volumes": {"tmp": {}}}', "config.Volumes.tmp: " + ABSOLUTE.format("'tmp'")),
        (
            'config={"ExposedPorts": ["80"]}',
            "config.ExposedPorts: expected a dict such as {\"80/tcp\": {}}, got ['80']",
        ),
        (
            'config={"ExposedPorts": {"http": {}}}',
            "config.ExposedPorts.http: expected a port such as \"80/tcp\", got 'http'",
        ),
        ('config={"User": 1}', "config.User: expected a string or a Nix expression, got 1"),
        (
            'config={"Shell": "bash"}',
            "config.Shell: expected a list of strings, got 'bash'\n"
            "  write a list: a program and its arguments, each a string of its own",
        ),
        (
            'config={"Cmd": ["true"]}',
            "config.Cmd: expected no Cmd in an image of services, which the supervisor starts, "
            "got ['true']\n  set command instead, or define a LayeredImage",
        ),
        (
            'config={"StopSignal": "SIGWINCH"}',
            "config.StopSignal: expected SIGTERM or SIGINT or SIGQUIT, for which the supervisor "
            "stops its services, got 'SIGWINCH'",
        ),
        ("contents=[1]", "contents[0]: " + STORE_PATH.format("1")),
        ('contents=["/etc"]', "contents[0]: " + STORE_PATH.format("'/etc'")),
        ('chdir="tmp"', "chdir: " + ABSOLUTE.format("'tmp'")),
        (
            'environment_file="a.env"',
            "environment_file: expected an absolute path, got 'a.env'\n"
            "  begin it with / for a path of the image, with ./ for a file of the project, or with "
            "a package such as {pkgs.nginx}",
        ),
    ],
)
def test_what_no_engine_could_load_is_refused(tmp_path: Path, arguments: str, message: str) -> None:
    """What a container engine reads from an image has the types that it expects."""
    image = f'Image(name="foo", command="x", {arguments})'
    expected = f"images.py:5: dockerImages.worker: {message}"
    assert expected == refusal(tmp_path, IMAGE.format(image=image), like=expected)


@pytest.mark.parametrize(
    "arguments",
    [
        'labels={"a": pkgs.jq.version, "b": f"{pkgs.jq}"}',
        'created="now"',
        'created="2024-02-29T00:00:00.5+01:00"',
        "created=pkgs.time",
        'created=f"{pkgs.day}T00:00:00Z"',
        'health_check={"Test": ["CMD", f"{pkgs.jq}/bin/jq"], "Interval": 10**9, "Retries": 3}',
        'health_check={"Test": pkgs.test, "Interval": nix("1000 * 1000 * 1000")}',
        'config={"Env": ["A=1", f"{pkgs.variable}", pkgs.variable, f"A={pkgs.jq}"]}',
        'config={"Env": pkgs.variables, "WorkingDir": f"{pkgs.web}/share", "User": None}',
        'config={"ExposedPorts": {"80/tcp": {}, "53": {}, "8000-8010/udp": {}}}',
        'config={"Volumes": {"/data": {}}, "StopSignal": "SIGQUIT", "Labels": {"a": "b"}}',
        'config={"User": "1000:0"}',
        'contents=[pkgs.jq, f"{pkgs.jq}", "/nix/store/x", nix("./x")]',
        'chdir=f"{pkgs.web}/x", environment_file=pkgs.environment',
        'chdir="/tmp", environment_file=f"/etc/{pkgs.name}"',
    ],
)
def test_what_an_engine_or_nix_can_hold_is_taken(tmp_path: Path, arguments: str) -> None:
    """Right values are taken, and those that Nix alone knows."""
    image = f'Image(name="foo", command="x", {arguments})'
    (tmp_path / "images.py").write_text(IMAGE.format(image=image))
    assert load_project(tmp_path).images

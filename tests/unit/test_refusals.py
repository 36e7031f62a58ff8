"""What is refused when a definition is made, and what the message says."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixgen.errors import DefinitionError
from nixgen.load import load_project

_IMAGE = """\
from nixgen import *

project = Project(
    images={{
        "worker": {image},
    }},
)
"""

_SERVICE = """\
from nixgen import *

project = Project(
    images={{
        "worker": Image(
            name="foo/worker",
            services=[
                Service(name="first", command="true"),
                {service},
            ],
        ),
    }},
)
"""


def refusal(folder: Path, source: str) -> str:
    (folder / "images.py").write_text(source)
    with pytest.raises(DefinitionError) as caught:
        load_project(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("service", "message"),
    [
        (
            'Service(name="second", command="true", user="bob")',
            'services.second.user: expected "nobody" or "root", got \'bob\'\n'
            "  for another user take root, and let the command change to it",
        ),
        (
            'Service(name="second", command="")',
            "services.second.command: expected a string that is not empty, got ''",
        ),
        (
            'Service(name="second", command=[])',
            "services.second.command: expected a list of at least the program's name, got []",
        ),
        (
            'Service(name="second", command=["sleep", 5])',
            "services.second.command[1]: expected a string or a Nix expression, got 5",
        ),
        (
            'Service(name="second", command=["true", "a" * 131072])',
            "services.second.command[1]: expected at most 131071 bytes, since Linux passes no "
            f"longer argument, got '{'a' * 199}...",
        ),
        (
            'Service(name="second", command="true", after=["third"])',
            "services.second.after[0]: expected the name of a service of this image "
            "(first, second), got 'third'",
        ),
        (
            'Service(name="second", command="true", after=["fisrt"])',
            "services.second.after[0]: expected the name of a service of this image "
            "(first, second), got 'fisrt'\n  did you mean first?",
        ),
        (
            'Service(name="second", command="true", after="first")',
            "services.second.after: expected a list, got 'first'",
        ),
        (
            'Service(name="se/cond", command="true")',
            'services."se/cond".name: expected a service name: a letter or digit, then letters, '
            "digits, underscores, dots and dashes, got 'se/cond'",
        ),
        (
            'Service(name="second", command="true", one_shot="yes")',
            "services.second.one_shot: expected True or False, got 'yes'",
        ),
        (
            'Service(name="second", command="true", max_failures=0)',
            "services.second.max_failures: expected a whole number from 1 to 2147483647, got 0",
        ),
        (
            'Service(name="second", command="true", environment_file="")',
            "services.second.environment_file: expected a string that is not empty, got ''",
        ),
        (
            'Service(name="..", command="true")',
            'services."..".name: expected a service name: a letter or digit, then letters, '
            "digits, underscores, dots and dashes, got '..'",
        ),
        (
            'Service(name="second", command="true", max_failures=10**10)',
            "services.second.max_failures: expected a whole number from 1 to 2147483647, "
            "got 10000000000",
        ),
        (
            'Service(name="second", command="true", user=None)',
            'services.second.user: expected "nobody" or "root", got None\n'
            "  for another user take root, and let the command change to it",
        ),
        (
            'Service(name="second", command=["echo", "a\\0b"])',
            "services.second.command[1]: expected text without the NUL character, which Nix "
            "cannot hold, got 'a\\x00b'",
        ),
    ],
)
def test_wrong_service_is_refused(tmp_path: Path, service: str, message: str) -> None:
    """The message names the definition's line, the image, the service, the field and the value."""
    expected = f"images.py:9: dockerImages.worker: {message}"
    assert expected == refusal(tmp_path, _SERVICE.format(service=service))


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (
            'Image(name="Foo", command="true")',
            "name: expected a repository name of a registry (lower-case letters and digits, "
            "joined by single dots, one or two underscores or dashes, in parts that slashes "
            "separate), got 'Foo'\n  write it like this: foo",
        ),
        (
            'Image(name="localhost:5000/foo", command="true")',
            "name: expected a repository name of a registry (lower-case letters and digits, "
            "joined by single dots, one or two underscores or dashes, in parts that slashes "
            "separate), got 'localhost:5000/foo'\n"
            "  leave the registry out: `nixgen push` is given one",
        ),
        (
            f'Image(name="{"a" * 55}", command="true")',
            "name: expected at most 54 characters (the tag <commitId>-<outputSha>-<imageName> has "
            f"room for 128), got 55 characters, got '{'a' * 55}'",
        ),
        (
            'Image(name="foo")',
            "command: expected a command, or services\n  set one of the two",
        ),
        (
            'Image(name="foo", command="x", services=[Service(name="a", command="x")])',
            "command: expected a command or services, not both, got 'x'",
        ),
        (
            'Image(name="foo", user="root", services=[Service(name="a", command="x")])',
            "user: expected nothing beside services, got 'root'\n"
            "  move it into the Service that it is meant for",
        ),
        (
            'Image(name="foo", services=[Service(name="a", command="x")] * 2)',
            "services[1].name: expected a name used once, got 'a'",
        ),
        (
            'Image(name="foo", services=["a"])',
            "services: expected a list of Service(...), got ['a']",
        ),
        (
            'Image(name="foo", services=[Service(name="a", command="x", after=["b"]), '
            'Service(name="b", command="x", after=["a"])])',
            "services: expected an order without a cycle, got 'a after b after a'",
        ),
        (
            'Image(name="foo", command="x", tag="-1")',
            "tag: expected a tag of 1 to 128 letters, digits, underscores, dots and dashes that "
            "does not begin with a dot or dash, got '-1'",
        ),
        (
            'Image(name="foo", command="x", from_image="base")',
            'from_image: expected a Nix expression, such as docker_images.base or nix("..."), '
            "got 'base'",
        ),
        (
            'Image(name="foo", services=None)',
            "services: expected a list of Service(...), got None",
        ),
        (
            'Image(name="foo", services={"a": Service(name="a", command="x")})',
            "services: expected a list of Service(...), got {'a': Service(...)}",
        ),
        (
            'Image(name="foo", command="x", stop_grace_period=10**30)',
            "stop_grace_period: expected a whole number from 1 to 3600, got 1" + "0" * 30,
        ),
        (
            'PulledImage(image_name="foo", image_digest="latest", sha256="x")',
            "image_digest: expected sha256: and 64 hexadecimal digits, got 'latest'",
        ),
        (
            'LayeredImage(name="foo", max_layers=0)',
            "max_layers: expected a whole number from 1 to 2147483647, got 0",
        ),
    ],
)
def test_wrong_image_is_refused(tmp_path: Path, image: str, message: str) -> None:
    """The message names the definition's line, the image's attribute, the field and the value."""
    expected = f"images.py:5: dockerImages.worker: {message}"
    assert expected == refusal(tmp_path, _IMAGE.format(image=image))


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
        ("contents=[1]", "contents[0]: " + STORE_PATH.format("1")),
        ('contents=["/etc"]', "contents[0]: " + STORE_PATH.format("'/etc'")),
        ('chdir="tmp"', "chdir: " + ABSOLUTE.format("'tmp'")),
        ('environment_file="a.env"', "environment_file: " + ABSOLUTE.format("'a.env'")),
    ],
)
def test_what_no_engine_could_load_is_refused(tmp_path: Path, arguments: str, message: str) -> None:
    """What a container engine reads from an image has the types that it expects."""
    image = f'Image(name="foo", command="x", {arguments})'
    assert f"images.py:5: dockerImages.worker: {message}" == refusal(
        tmp_path, _IMAGE.format(image=image)
    )


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
        'contents=[pkgs.jq, f"{pkgs.jq}", "/nix/store/x", nix("./x")]',
        'chdir=f"{pkgs.web}/x", environment_file=pkgs.environment',
        'chdir="/tmp", environment_file=f"/etc/{pkgs.name}"',
    ],
)
def test_what_an_engine_or_nix_can_hold_is_taken(tmp_path: Path, arguments: str) -> None:
    """Right values are taken, and those that Nix alone knows."""
    image = f'Image(name="foo", command="x", {arguments})'
    (tmp_path / "images.py").write_text(_IMAGE.format(image=image))
    assert load_project(tmp_path).images


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ("[]", "images: expected a dict of images, got []"),
        ("None", "images: expected a dict of images, got None"),
        (
            '[Image(name="a", command="x")]',
            "images: expected a dict of images, got [Image(...)]",
        ),
        (
            '{"a" * 201: Image(name="a", command="x")}',
            f"images['{'a' * 201}']: expected at most 200 characters, got 201 characters, "
            f"got '{'a' * 199}...",
        ),
        (
            '{"a": Image(name="foo", command="x"), "b": LayeredImage(name="foo")}',
            "images['b'].name: expected another name than that of images['a'], got 'foo'\n"
            "  give each image a repository of its own",
        ),
        (
            '{"webUI": Image(name="a", command="x"), "webui": LayeredImage(name="b")}',
            "images['webui']: expected a name that differs from 'webUI' in more than upper and "
            "lower case, got 'webui'\n  some disks hold the files of both to be one",
        ),
        (
            '{"a b": Image(name="a", command="x")}',
            "images['a b']: expected a job name of Hydra: a letter or underscore, then letters, "
            "digits, underscores and dashes, got 'a b'",
        ),
        (
            '{"pulled": Image(name="a", command="x")}',
            "images['pulled']: expected another name than that of the pulled images\n"
            "  a PulledImage appears below it by itself",
        ),
        (
            '{"a": "b"}',
            "images['a']: expected an Image, LayeredImage or PulledImage, got 'b'",
        ),
    ],
)
def test_wrong_project_is_refused(tmp_path: Path, images: str, message: str) -> None:
    """The message names the project's line, the attribute and the value."""
    source = f"from nixgen import *\n\nproject = Project(images={images})\n"
    assert f"images.py:3: {message}" == refusal(tmp_path, source)


def test_value_without_a_definition_is_refused(tmp_path: Path) -> None:
    """A message about an expression alone names the line, and no path where there is none."""
    expected = "images.py:3: expected a string as attribute name, got 3"
    assert expected == refusal(tmp_path, "from nixgen import *\n\nx = pkgs[3]\n")


def test_definition_outside_of_a_project_names_its_registry_name(tmp_path: Path) -> None:
    """An image that the text gives no attribute is named as registries name it."""
    source = 'from nixgen import *\n\nImage(name="foo/bar", command="x", user="bob")\n'
    expected = 'images.py:3: image "foo/bar": user: expected "nobody" or "root", got \'bob\''
    expected += "\n  for another user take root, and let the command change to it"
    assert expected == refusal(tmp_path, source)

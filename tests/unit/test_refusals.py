"""What is refused when a definition is made, and what the message says."""

from __future__ import annotations

from pathlib import Path

import pytest
from refusals import IMAGE, refusal

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


@pytest.mark.parametrize(
    ("service", "message"),
    [
        (
            'Service(name="second", command="true", user="bob")',
            "services.second.user: expected nobody, root or one of the image's users, where no "
            "package and no parent image can have made another, got 'bob'\n"
            "  give the user a number by users of the image, or set the parent image that has it",
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
            "services.second.user: expected a string, got None",
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
    assert expected == refusal(tmp_path, _SERVICE.format(service=service), like=expected)


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
    assert expected == refusal(tmp_path, IMAGE.format(image=image), like=expected)


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
    assert f"images.py:3: {message}" == refusal(tmp_path, source, like=f"images.py:3: {message}")


def test_value_without_a_definition_is_refused(tmp_path: Path) -> None:
    """A message about an expression alone names the line, and no path where there is none."""
    expected = "images.py:3: expected a string as attribute name, got 3"
    assert expected == refusal(tmp_path, "from nixgen import *\n\nx = pkgs[3]\n", like=expected)


def test_definition_outside_of_a_project_names_its_registry_name(tmp_path: Path) -> None:
    """An image that the text gives no attribute is named as registries name it."""
    source = 'from nixgen import *\n\nImage(name="foo/bar", command="x", user="bob")\n'
    expected = (
        'images.py:3: image "foo/bar": user: expected nobody, root or one of the image\'s users, '
        "where no package and no parent image can have made another, got 'bob'\n"
        "  give the user a number by users of the image, or set the parent image that has it"
    )
    assert expected == refusal(tmp_path, source, like=expected)

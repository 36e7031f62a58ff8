"""Definitions files that cannot be read or run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nixgen.errors import DefinitionError, ExitStatus
from nixgen.project.load import LoadError, load_project


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = (\n", "images.py:1: '(' was never closed\n  x = ("),
        (
            "\n\nimport nosuch\n",
            "images.py:3: there is no module nosuch\n"
            "  install it where nixgen is installed, or write nosuch.py beside images.py",
        ),
        (
            "\nfrom nixgen import Image\nImage(nmae='x')\n",
            "images.py:3: Image has no argument nmae\n  did you mean name?",
        ),
        (
            "from nixgen import *\nImage(name='x', command='y', preStartScript='z')\n",
            "images.py:2: Image has no argument preStartScript\n  did you mean pre_start_script?",
        ),
        (
            "from nixgen import *\nService(name='x', shell='y')\n",
            "images.py:2: Service has no argument shell\n  there are pre_start_script, user, "
            "writable, environment, environment_file, chdir, one_shot, on_failure, max_failures, "
            "ready, on_unready, max_restart_delay, stop_signal, stop_timeout, time_limit, "
            "schedule, fluentd, name, command, after, files",
        ),
        (
            "from nixgen import *\nLayeredImage('x')\n",
            "images.py:2: LayeredImage takes its arguments by name alone\n"
            "  write LayeredImage(name=...)",
        ),
        (
            "from nixgen import *\nService(command='x')\n",
            "images.py:2: Service needs name\n  write Service(name=...)",
        ),
        (
            "from nixgen import *\nImages(name='x')\n",
            "images.py:2: name 'Images' is not defined\n  did you mean Image?",
        ),
        (
            "from nixgen import Project\nproject = Project(images={'x': Image(name='x')})\n",
            "images.py:2: dockerImages.x: name 'Image' is not defined\n"
            "  write: from nixgen import Image",
        ),
        (
            "from nixgen import Project\nimages = Project(images={})\n",
            "images.py: expected a Project in the variable `project`, there is none\n"
            "  call images `project`",
        ),
        (
            "from nixgen import *\nproject = Project(images={\n'a': LayeredImage(name='a'),\n"
            "'b': LayeredImage(name='b'),\n'a': LayeredImage(name='c')})\n",
            "images.py:5: dockerImages.a: defined twice; Python would forget line 3\n"
            "  give one of the two another name",
        ),
        (
            "def f(*, a): ...\nf(unlike=1)\n",
            "images.py:2: TypeError: f() got an unexpected keyword argument 'unlike'",
        ),
        ("def f():\n    1 / 0\nf()\n", "images.py:2: ZeroDivisionError: division by zero"),
        (
            "x = 1\n",
            "images.py: expected a Project in the variable `project`, there is none\n"
            "  write: project = Project(images={...})",
        ),
        (
            "project = {}\n",
            "images.py: expected a Project in the variable `project`, it is a dict\n"
            "  write: project = Project(images={...})",
        ),
    ],
)
def test_broken_definitions_file_is_explained(tmp_path: Path, source: str, message: str) -> None:
    """The message names the file and the line that is the user's own."""
    (tmp_path / "images.py").write_text(source)
    with pytest.raises(LoadError) as caught:
        load_project(tmp_path)
    assert message == str(caught.value)
    assert caught.value.exit_status == ExitStatus.DEFINITION


def test_missing_definitions_file_is_explained(tmp_path: Path) -> None:
    """The message says where it was looked for and how to go on."""
    with pytest.raises(LoadError, match=r"there is no definitions file\n.*--project.*nixgen init"):
        load_project(tmp_path)


def test_definitions_file_imports_its_neighbours(tmp_path: Path) -> None:
    """Definitions may be spread over several files of the project's folder."""
    (tmp_path / "neighbour_of_test.py").write_text("from nixgen import *\nimages = {}\n")
    (tmp_path / "images.py").write_text(
        "from nixgen import Project\nfrom neighbour_of_test import images\n"
        "project = Project(images=images)\n"
    )
    assert dict(load_project(tmp_path).images) == {}


def test_value_that_nix_cannot_hold_is_led_to_its_line(tmp_path: Path) -> None:
    """A wrong argument of a call of Nix is refused with its path and the line of the call."""
    source = "from nixgen import *\n\nx = pkgs.f(a=[1, {2}])\n"
    (tmp_path / "images.py").write_text(source)
    with pytest.raises(DefinitionError, match=r"^images.py:3: .*a\[1\]: expected"):
        load_project(tmp_path)


def test_definitions_file_may_not_end_the_program(tmp_path: Path) -> None:
    """sys.exit() in the definitions is an error with its line, whatever status it asks for."""
    (tmp_path / "images.py").write_text("import sys\nsys.exit(0)\n")
    with pytest.raises(LoadError, match=r"^images.py:2: the definitions end the program"):
        load_project(tmp_path)


def test_definitions_file_leaves_the_program_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it does to folder and import path is undone, and what it prints is no result."""
    before = (Path.cwd(), sys.path[:])
    (tmp_path / "images.py").write_text(
        "import os, sys\nfrom nixgen import Project\nos.chdir('/')\nsys.path.clear()\n"
        "print('hello')\nproject = Project(images={})\n"
    )
    load_project(tmp_path)
    assert before == (Path.cwd(), sys.path)
    assert ("", "hello\n") == capsys.readouterr()


def test_definitions_file_is_a_module_like_others(tmp_path: Path) -> None:
    """Dataclasses with deferred annotations look their module up; a BOM is no syntax error."""
    (tmp_path / "images.py").write_text(
        "\ufefffrom __future__ import annotations\nfrom dataclasses import dataclass\n"
        "from nixgen import Project\n\n@dataclass\nclass Team:\n    name: str\n\n"
        "project = Project(images={})\n"
    )
    load_project(tmp_path)


def test_error_inside_a_library_is_led_to_the_projects_own_line(tmp_path: Path) -> None:
    """The line is that of the user's call, in whichever of the project's files it stands."""
    (tmp_path / "decoder_of_test.py").write_text("import json\n\nx = lambda: json.loads('{')\n")
    (tmp_path / "images.py").write_text("import decoder_of_test\n\ndecoder_of_test.x()\n")
    with pytest.raises(LoadError, match=r"^decoder_of_test.py:3: JSONDecodeError: "):
        load_project(tmp_path)


def test_unknown_field_is_led_to_its_image(tmp_path: Path) -> None:
    """A keyword that a class does not have is reported with the image it was meant for."""
    source = 'from nixgen import *\nproject = Project(images={\n    "a": Image(nmae="x"),\n})\n'
    (tmp_path / "images.py").write_text(source)
    with pytest.raises(
        LoadError, match=r"^images.py:3: dockerImages.a: Image has no argument nmae"
    ):
        load_project(tmp_path)


def test_what_follows_from_a_mistake_is_not_told(tmp_path: Path) -> None:
    """Of several mistakes each is told once, and nothing that is wrong only because of them."""
    source = (
        "from nixgen import *\n"
        "base = LayeredImage(nmae='base')\n"
        "project = Project(images={\n"
        "    'base': base,\n"
        "    'a': Image(name='a', from_image=docker_images.base, services=[\n"
        "        Service(name='b', command=''),\n"
        "        Service(name='c', command='d', after=['b']),\n"
        "    ]),\n"
        "    'e': Image(name='E', command='f'),\n"
        "})\n"
    )
    (tmp_path / "images.py").write_text(source)
    with pytest.raises(LoadError) as caught:
        load_project(tmp_path)
    places = [line.partition(": ")[0] for line in str(caught.value).splitlines() if line[0] != " "]
    assert ["images.py:2", "images.py:6", "images.py:9"] == places

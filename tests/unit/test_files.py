"""Files of images: what is refused, and what Nix is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nixgen import File, Image, LayeredImage
from nixgen.errors import DefinitionError
from nixgen.language.render import render
from nixgen.project import lower
from nixgen.project.load import load_project

PATH = "a path within the project, such as ./app"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"srv": "./app"}, "files.srv: expected an absolute path"),
        ({"/srv": "../app"}, f"files.\"/srv\".source: expected {PATH}, got '../app'"),
        ({"/srv": "a/../../b"}, f'files."/srv".source: expected {PATH}'),
        ({"/srv": "/etc"}, f'files."/srv".source: expected {PATH}'),
        ({"/srv": File("..")}, f'files."/srv".source: expected {PATH}'),
        ({"/srv": 1}, 'files."/srv": expected a path such as "./app", or a File(...), got 1'),
        ({"/srv": File()}, 'files."/srv": expected either source or text'),
        ({"/srv": File("a", text="b")}, 'files."/srv": expected either source or text'),
        ({"/srv": File(text="b", mode=0o10000)}, 'files."/srv".mode: expected a whole number'),
        ({"/srv": File(text="b", owner="web")}, 'files."/srv".owner: expected root, nobody, '),
        (["./app"], "files: expected a dict of files by their absolute paths in the image"),
    ],
)
def test_wrong_files_are_refused(files: Any, message: str) -> None:
    """The message names the place in the image and what was expected."""
    with pytest.raises(DefinitionError) as refusal:
        LayeredImage(name="web", files=files)
    assert message in str(refusal.value)


def test_commands_of_root_make_their_own_files() -> None:
    """An image of one layer has no layer for files."""
    with pytest.raises(DefinitionError, match="nothing beside commands that run as root"):
        Image(name="web", command="true", files={"/srv": "app"}, run_as_root="true")


@pytest.mark.parametrize("source", ["./app", "app", ".", "a/b/"])
def test_source_that_is_not_there_is_refused(tmp_path: Path, source: str) -> None:
    """The message names the line; a folder that is there is taken."""
    (tmp_path / "images.py").write_text(
        "from nixgen import LayeredImage, Project\n"
        "project = Project(images={\n"
        f'    "web": LayeredImage(name="web", files={{"/srv": {source!r}}}),\n'
        "})\n"
    )
    if source != ".":
        with pytest.raises(DefinitionError) as refusal:
            load_project(tmp_path)
        where = 'images.py:3: dockerImages.web: files."/srv": '
        assert f"{where}expected a file or folder of the project" in str(refusal.value)
        (tmp_path / source).mkdir(parents=True)
    assert ["web"] == list(load_project(tmp_path).images)


def test_files_become_arguments_of_nix() -> None:
    """A source is a path of the project, without what git ignores."""
    files = {"/etc/web.conf": File(text="a", mode=0o640), "/srv": File("./app/", exclude=["*.log"])}
    text = render(lower.image(LayeredImage(name="web", files=files)))
    assert (
        text
        == """\
lib.buildLayeredImage {
  name = "web";
  files = {
    "/etc/web.conf" = {
      text = "a";
      mode = 416;
    };
    "/srv" = {
      source = lib.projectSource {
        root = ../..;
        path = "app";
        exclude = [ "*.log" ];
      };
    };
  };
}"""
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('environment_file="web.env"', "with ./ for a file of the project"),
        (
            'environment_file="./nosuch"',
            "environment_file: expected a file or folder of the project",
        ),
        (
            'environment_file="./../x"',
            "environment_file.source: expected a path within the project",
        ),
        ('environment_file=f"{HERE}/images.py"', 'for a file of the project write "./images.py"'),
        ('files={"/srv": "./nosuch"}', 'files."/srv": expected a file or folder of the project'),
        ('files={"/a": "./images.py"}', 'files."/a": expected a place that nothing else in'),
        (
            'files={"/b": File(text="", owner="web")}',
            'files."/b".owner: expected root, nobody, one',
        ),
    ],
)
def test_wrong_files_of_services_are_refused(tmp_path: Path, arguments: str, message: str) -> None:
    """The message names the service, the line and what to write."""
    (tmp_path / "images.py").write_text(
        "from pathlib import Path\n"
        "from nixgen import File, Image, Project, Service\n"
        "HERE = Path(__file__).parent\n"
        'FILES = {"/a": "./images.py"}\n'
        'project = Project(images={"web": Image(name="web", files=FILES, services=[\n'
        f'    Service(name="app", command="true", {arguments}),\n'
        "])})\n"
    )
    with pytest.raises(DefinitionError) as refusal:
        load_project(tmp_path)
    assert str(refusal.value).startswith("images.py:6: ")
    assert message in str(refusal.value)

"""The record of what files were made of: it saves making them again, and decides nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_definitions import SEEDS, random_project

import nixgen
from nixgen import Fluentd, LayeredImage, Project
from nixgen.definitions import AnyImage
from nixgen.project import emit, lower
from nixgen.project.emitted import RECORD
from nixgen.project.plan import MARKER, plan


def write(folder: Path, project: Project) -> emit.Changes:
    """Bring the folder up to date and record it, however few its files are."""
    planned = plan(project, {}, folder)
    changes = emit.compare(folder, planned)
    emit.apply(folder, emit.Changes(changes.write, changes.remove, planned.sums))
    return changes


def generated(folder: Path) -> dict[str, str]:
    return {file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*.nix")}


@given(st.lists(SEEDS, min_size=2, max_size=5))
def test_record_changes_no_file(seeds: list[tuple[int, ...]]) -> None:
    """After any changes of its definitions a folder has the files that it has without a record."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / RECORD).parent.mkdir()
        for seeds_of_project in [*seeds, seeds[0]]:
            project = random_project(seeds_of_project)
            write(folder, project)
            assert plan(project, {}).generated == generated(folder)
            assert {} == plan(project, {}, folder).generated


MANY = 12


def many(changed: int | None = None) -> Project:
    """Return a project of many images, one of them perhaps changed."""
    return Project(
        images={
            f"image{number}": LayeredImage(name=f"image{number}", tag=f"{number == changed}")
            for number in range(MANY)
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files of many images and their record."""
    (tmp_path / RECORD).parent.mkdir()
    emit.apply(tmp_path, emit.compare(tmp_path, plan(many(), {}, tmp_path)))
    assert (tmp_path / RECORD).exists()
    return tmp_path


def test_recorded_files_are_not_made_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what changed is lowered and rendered."""
    lowered: list[str] = []
    original = lower.image

    def counted(definition: AnyImage, fluentd: Fluentd | None = None) -> Any:
        lowered.append(getattr(definition, "name", ""))
        return original(definition, fluentd)

    monkeypatch.setattr(lower, "image", counted)
    assert not emit.compare(folder, plan(many(), {}, folder))
    assert [] == lowered
    assert ["nix/images/image3.nix"] == list(emit.compare(folder, plan(many(3), {}, folder)).write)
    assert ["image3"] == lowered


def test_few_new_files_are_not_recorded(folder: Path, tmp_path: Path) -> None:
    """One changed definition writes one file, its own."""
    before = (folder / RECORD).read_bytes()
    changes = emit.compare(folder, plan(many(3), {}, folder))
    emit.apply(folder, changes)
    assert {} == changes.record
    assert before == (folder / RECORD).read_bytes()


def test_changed_file_is_made_anew(folder: Path) -> None:
    """A generated file that somebody changed or removed is written again."""
    changed, removed = (folder / f"nix/images/image{number}.nix" for number in (1, 2))
    right = changed.read_bytes(), removed.read_bytes()
    changed.write_text(f"{MARKER}\n{{ }}\n")
    removed.unlink()
    emit.apply(folder, emit.compare(folder, plan(many(), {}, folder)))
    assert right == (changed.read_bytes(), removed.read_bytes())


def test_file_of_the_users_own_is_refused(folder: Path) -> None:
    """A recorded file that lost its marker is not overwritten."""
    (folder / "nix/images/image1.nix").write_text("{ }\n")
    with pytest.raises(nixgen.errors.UsageError, match="nixgen does not overwrite this file"):
        emit.compare(folder, plan(many(), {}, folder))


def test_recorded_image_without_a_definition_is_removed(folder: Path) -> None:
    """The record keeps no file alive."""
    images = dict(many().images)
    del images["image1"]
    changes = emit.compare(folder, plan(Project(images=images), {}, folder))
    assert ("nix/images/image1.nix",) == changes.remove


@pytest.mark.parametrize(
    "contents",
    [b"", b"{", b"[]", b"null", b"\xff", b"[" * 10**5, b'{"default.nix": 1}', b'{"a": {"b": []}}'],
)
def test_broken_record_is_replaced(folder: Path, contents: bytes) -> None:
    """A record that is none costs time alone."""
    right = (folder / RECORD).read_bytes()
    (folder / RECORD).write_bytes(contents)
    changes = emit.compare(folder, plan(many(), {}, folder))
    assert not changes
    emit.apply(folder, changes)
    assert right == (folder / RECORD).read_bytes()


@pytest.mark.parametrize("in_the_way", ["nothing", "file", "folder"])
def test_record_without_a_place_is_left_out(tmp_path: Path, in_the_way: str) -> None:
    """Where there is no folder for the record, or it cannot be written, all else is."""
    if in_the_way == "file":
        (tmp_path / RECORD).parent.write_text("")
    elif in_the_way == "folder":
        (tmp_path / RECORD).mkdir(parents=True)
    for _ in range(2):
        emit.apply(tmp_path, emit.compare(tmp_path, plan(many(), {}, tmp_path)))
        assert plan(many(), {}).generated == generated(tmp_path)
        assert (in_the_way != "nothing") == (tmp_path / RECORD).parent.exists()


def test_stale_temporary_record_is_cleared(folder: Path) -> None:
    """What a killed run left of its record goes when the next one writes its own."""
    incoming = (folder / RECORD).with_name("incoming")
    (incoming / ".nixgen-new-emitted.json-0").write_text("half")
    (folder / RECORD).unlink()
    emit.apply(folder, emit.compare(folder, plan(many(), {}, folder)))
    assert (True, []) == ((folder / RECORD).exists(), list(incoming.iterdir()))


def test_record_of_another_program_counts_for_nothing(tmp_path: Path) -> None:
    """Another nixgen makes its own files, whatever the one before has recorded."""
    package = Path(nixgen.__file__).parent
    copy = shutil.copytree(package, tmp_path / "program" / "nixgen")
    shutil.copytree(package.parent / "nix", tmp_path / "program" / "nix")
    project = tmp_path / "project"
    (project / RECORD).parent.mkdir(parents=True)
    (project / "images.py").write_text(
        "from nixgen import LayeredImage, Project\n"
        f"names = [f'image{{number}}' for number in range({MANY})]\n"
        "project = Project(images={name: LayeredImage(name=name) for name in names})\n"
    )
    template = copy / "project" / "templates" / "image.nix.j2"
    for frame in (template.read_text(), template.read_text() + "# another\n"):
        template.write_text(frame)
        subprocess.run(
            [sys.executable, "-m", "nixgen", "emit"],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "program")},
            check=True,
        )
        image = (project / "nix/images/image1.nix").read_text()
        assert ("# another" in frame) == ("# another" in image)


def test_check_writes_no_record(tmp_path: Path) -> None:
    """`nixgen emit --check` writes nothing at all."""
    (tmp_path / "images.py").write_text(
        "from nixgen import LayeredImage, Project\n"
        f"names = [f'image{{number}}' for number in range({MANY})]\n"
        "project = Project(images={name: LayeredImage(name=name) for name in names})\n"
    )
    (tmp_path / RECORD).parent.mkdir()
    command = [sys.executable, "-m", "nixgen", "emit", "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert 1 == done.returncode
    assert [tmp_path / "images.py"] == [path for path in tmp_path.rglob("*") if path.is_file()]

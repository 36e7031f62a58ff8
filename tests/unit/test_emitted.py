"""The record of what files were made of: it saves making them again, and decides nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import nixgen
from nixgen import (
    Fluentd,
    Image,
    LayeredImage,
    NixpkgsPackageSet,
    Project,
    PulledImage,
    Service,
    docker_images,
    emit,
    lower,
    pkgs,
)
from nixgen import nix as in_nix
from nixgen.definitions import AnyImage
from nixgen.emitted import RECORD
from nixgen.errors import DefinitionError
from nixgen.fingerprint import fingerprint
from nixgen.plan import MARKER, WORTH_A_RECORD, plan

# Values that are easily taken for each other.
TEXTS = ["", "a", "1", "None", "'", "', '", "a\n", "${a}", f"{pkgs.a}", f"a {pkgs.f(1)}"]
EXPRESSIONS = [pkgs.a, pkgs.a.b, pkgs.f("1"), pkgs.f(1), pkgs.f(1.0), pkgs.f(True), in_nix("a b")]
VALUES: list[Any] = [
    None,
    False,
    True,
    0,
    1,
    1.0,
    0.0,
    -0.0,
    [],
    {},
    ["a"],
    [["a"]],
    {"a": "a"},
    {"a": {}},
]


def random_value(random: Random) -> object:
    return random.choice([*VALUES, *TEXTS, *EXPRESSIONS, [random.choice(VALUES), "a"]])


def random_fluentd(random: Random) -> Fluentd:
    source = {"type": random.choice(["stdout", "tail"]), "a": random_value(random)}
    return Fluentd(source=random.choice([None, [], source]))


def some(random: Random, **fields: object) -> dict[str, Any]:
    """Return some of the fields."""
    return {name: value for name, value in fields.items() if random.random() < 0.3}


def random_image(random: Random, name: str) -> AnyImage:
    """Return an image of some kind; a DefinitionError says that its values do not fit."""
    of_service = some(
        random,
        pre_start_script=random.choice(TEXTS),
        user=random.choice(["nobody", "root"]),
        environment_file=random.choice([None, "/a", f"{pkgs.a}/b", pkgs.a]),
        one_shot=random.choice([True, False]),
        max_failures=random.choice([1, 5]),
        fluentd=random_fluentd(random),
    )
    of_image = some(
        random,
        tag=random.choice([None, "a", "1"]),
        from_image=random.choice([None, docker_images.a, *EXPRESSIONS]),
        contents=random.choices(EXPRESSIONS, k=random.randrange(3)),
        config=random.choice([{}, {"Tty": True}, {"Volumes": {"/a": {"a": random_value(random)}}}]),
        extra_commands=random.choice(TEXTS),
    )
    command = random.choice(["a", "a b", ["a", "b"], ["a b"], ["a", pkgs.a], pkgs.a, f"{pkgs.a}"])
    match random.randrange(4):
        case 0:
            digest, sha256 = f"sha256:{'0' * 64}", random.choice("ab")
            return PulledImage(image_name=name, image_digest=digest, sha256=sha256)
        case 1:
            return LayeredImage(name=name, **of_image)
        case 2:
            return Image(name=name, command=command, **of_image, **of_service)
        case _:
            services = [Service(name="a", command=command, **of_service)]
            return Image(name=name, services=services, **of_image)


def random_project(seeds: Sequence[int]) -> Project:
    """Return a project: an image of each seed but the last, which is for the rest."""
    *of_images, last = map(Random, seeds)
    images: dict[str, AnyImage] = {}
    for number, random in enumerate(of_images):
        name = f"image{number}"
        while name not in images:
            with suppress(DefinitionError):
                images[name] = random_image(random, name)
    sets = [NixpkgsPackageSet(), NixpkgsPackageSet(config={"a": last.choice(VALUES)})]
    outputs = {"outputs": [{"type": "stdout", "a": last.choice(["a", 1, 1.0])}]}
    return Project(
        images=images,
        **some(last, package_set=last.choice(sets), fluentd=last.choice([outputs, {}])),
    )


# Few enough to come again, so that a project has in common with the one before what it may.
SEEDS = st.tuples(*[st.integers(0, 99)] * 4)


def write(folder: Path, project: Project) -> emit.Changes:
    """Bring the folder up to date and record it, however few its files are."""
    planned = plan(project, {}, folder)
    changes = emit.compare(folder, planned)
    emit.apply(folder, emit.Changes(changes.write, changes.remove, planned.sums))
    return changes


def generated(folder: Path) -> dict[str, str]:
    return {file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*.nix")}


@settings(deadline=None)
@given(st.lists(SEEDS, min_size=2, max_size=5))
def test_record_changes_no_file(seeds: list[tuple[int, ...]]) -> None:
    """After any changes of its definitions a folder has the files that it has without a record."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for seeds_of_project in [*seeds, seeds[0]]:
            project = random_project(seeds_of_project)
            write(folder, project)
            assert plan(project, {}).generated == generated(folder)
            assert {} == plan(project, {}, folder).generated


@settings(deadline=None)
@given(SEEDS)
def test_equal_definitions_have_equal_fingerprints(seeds: tuple[int, ...]) -> None:
    """What is recorded in one run is found again in the next, for whatever can be said."""
    before, after = (random_project(seeds) for _ in range(2))
    for name, image in before.images.items():
        assert fingerprint(image) == fingerprint(after.images[name]) != fingerprint(name)


@pytest.mark.parametrize(
    "values",
    [
        [*VALUES, *TEXTS, *EXPRESSIONS],
        [("a", "b"), ("a, b",), (("a", "b"),), ("a', 'b",), {"a": "b"}, (("a", "b"), ()), None],
        [Fluentd(), Fluentd(source={}), Fluentd(source=[]), Fluentd(filters=[{"type": "a"}])],
        [Service(name="a", command="b"), Service(name="a", command=["b"]), ("Service", "a", "b")],
        [LayeredImage(name="a"), Image(name="a", command="a")],
        [
            NixpkgsPackageSet(),
            NixpkgsPackageSet(config={"a": 1}),
            NixpkgsPackageSet(config={"a": True}),
        ],
    ],
)
def test_different_values_have_different_fingerprints(values: list[object]) -> None:
    """Values that files tell apart are told apart: by type, sign, structure and kind."""
    frozen_values = [nixgen.definitions.validation.frozen_value(value) for value in values]
    assert len(values) == len({fingerprint(value) for value in frozen_values} - {None})


@frozen(kw_only=True)
class Derived(LayeredImage):
    """A definition that says more than its class in nixgen."""


@pytest.mark.parametrize("value", [Derived(name="a"), object(), {"a": object()}, Path("a")])
def test_unknown_values_have_no_fingerprint(value: object) -> None:
    """What somebody else's class says of itself is not relied upon."""
    assert fingerprint(nixgen.definitions.validation.frozen_value(value)) is None


def many(changed: int | None = None) -> Project:
    """Return a project of as many images as are worth a record, one of them changed."""
    return Project(
        images={
            f"image{number}": LayeredImage(name=f"image{number}", tag=f"{number == changed}")
            for number in range(WORTH_A_RECORD)
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files of many images and their record."""
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


def test_record_that_cannot_be_written_is_left_out(tmp_path: Path) -> None:
    """A file in the place of the record's folder keeps no other file from being written."""
    (tmp_path / RECORD).parent.parent.mkdir()
    (tmp_path / RECORD).parent.write_text("")
    for _ in range(2):
        emit.apply(tmp_path, emit.compare(tmp_path, plan(many(), {}, tmp_path)))
        assert plan(many(), {}).generated == generated(tmp_path)


def test_record_of_another_program_counts_for_nothing(tmp_path: Path) -> None:
    """Another nixgen makes its own files, whatever the one before has recorded."""
    package = Path(nixgen.__file__).parent
    copy = shutil.copytree(package, tmp_path / "program" / "nixgen")
    shutil.copytree(package.parent / "nix", tmp_path / "program" / "nix")
    project = tmp_path / "project"
    project.mkdir()
    (project / "images.py").write_text(
        "from nixgen import LayeredImage, Project\n"
        f"names = [f'image{{number}}' for number in range({WORTH_A_RECORD})]\n"
        "project = Project(images={name: LayeredImage(name=name) for name in names})\n"
    )
    template = copy / "templates" / "image.nix.j2"
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
        f"names = [f'image{{number}}' for number in range({WORTH_A_RECORD})]\n"
        "project = Project(images={name: LayeredImage(name=name) for name in names})\n"
    )
    command = [sys.executable, "-m", "nixgen", "emit", "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert 1 == done.returncode
    assert ["images.py"] == [path.name for path in tmp_path.iterdir() if path.suffix != ".pyc"]

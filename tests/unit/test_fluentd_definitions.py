"""The definitions of fluentd in Python: what they hold, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nixgen import as_value, env, pkgs
from nixgen.definitions import DebianPackageSet, FluentdPlugin, Image, Project, Service
from nixgen.definitions.fluentd import Filter, Fluentd, Output, Section, Source
from nixgen.definitions.fluentd_checks import (
    mistakes_of_name,
    mistakes_of_section,
    mistakes_of_value,
)
from nixgen.errors import DefinitionError
from nixgen.project.plan import plan

DATA = Path(__file__).parents[1] / "data"
VECTORS = json.loads((DATA / "fluentd-vectors.json").read_text())
REFUSALS = json.loads((DATA / "fluentd-refusals.json").read_text())


def service(fluentd: Fluentd) -> Service:
    return Service(name="y", command="true", fluentd=fluentd)


def message_of_refusal(fluentd: Fluentd) -> str:
    """Return the first line of the message, without the place of the definition."""
    with pytest.raises(DefinitionError) as refusal:
        service(fluentd)
    return str(refusal.value).splitlines()[0].partition(": ")[2]


def test_sections_become_data() -> None:
    """Classes and dicts give the same data, and a section's argument is its `_arg`."""
    classes = Fluentd(
        source=Source(type="tail", parse=Section(type="json")),
        filters=[Filter(type="grep", regexp=[Section(key="a"), {"key": "b"}])],
        outputs=[Output(type="file", buffer=Section("tag", type="file"))],
    )
    dicts = Fluentd(
        source={"type": "tail", "parse": {"type": "json"}},
        filters=[{"type": "grep", "regexp": [{"key": "a"}, {"key": "b"}]}],
        outputs=[{"type": "file", "buffer": {"_arg": "tag", "type": "file"}}],
    )
    assert classes == dicts
    assert classes.to_data() == {
        "source": {"type": "tail", "parse": {"type": "json"}},
        "filters": ({"type": "grep", "regexp": ({"key": "a"}, {"key": "b"})},),
        "outputs": ({"type": "file", "buffer": {"_arg": "tag", "type": "file"}},),
    }


def test_dict_becomes_a_definition() -> None:
    """A service, an image and a project take a dict for a Fluentd."""
    asked: Any = {"source": {"type": "stdout"}}
    assert Service(name="y", command="true", fluentd=asked).fluentd == Fluentd(**asked)
    outputs: Any = {"outputs": [{"type": "stdout"}]}
    assert Project(images={}, fluentd=outputs).fluentd == Fluentd(**outputs)


@pytest.mark.parametrize("value", [{"sources": []}, [], "stdout"])
def test_other_values_are_no_definition(value: Any) -> None:
    """What is neither a Fluentd nor a dict of its parts is refused."""
    with pytest.raises(DefinitionError, match="fluentd: expected a Fluentd"):
        Service(name="y", command="true", fluentd=value)


def test_parts_that_are_not_given_are_left_out() -> None:
    """The data has only the parts that the definition names."""
    assert Fluentd(source=Source(type="stdout")).to_data() == {"source": {"type": "stdout"}}


def test_any_name_is_a_parameter() -> None:
    """Names that Python cannot write come from a dict, even `argument` and `self` are free."""
    names = {"@id": "i", "and": {"regexp": {"key": "a"}}, "self": 1, "argument": 2}
    assert Filter(type="grep", **names).to_data() == {"type": "grep", **names}


def test_variables_and_json_are_marked() -> None:
    """What is read from the environment, and what is JSON, are data that are no sections."""
    output = Output(type="http", port=env("PORT", 80), headers=as_value({"a": env("A"), "b": [1]}))
    assert output.to_data() == {
        "type": "http",
        "port": {"_env": "PORT", "_default": 80},
        "headers": {"_json": {"a": {"_env": "A"}, "b": (1,)}},
    }
    project = Project(
        images={"a": Image(name="a", command="true", fluentd=Fluentd(source=Source(type=env("A"))))}
    )
    assert '_env = "A";' in plan(project, {}).generated["nix/images/a.nix"]


def test_definitions_do_not_change() -> None:
    """A definition keeps its value when the dict that it was made from changes."""
    regexp = {"key": "a"}
    definition = Filter(type="grep", regexp=regexp)
    regexp["key"] = "b"
    assert definition == Filter(type="grep", regexp={"key": "a"})
    with pytest.raises(TypeError):
        definition.parameters["type"] = "stdout"  # type: ignore[index]


@pytest.mark.parametrize("vector", VECTORS["values"], ids=lambda vector: ascii(vector["value"]))
def test_recorded_values_are_accepted(vector: dict[str, str]) -> None:
    """What the parser reads back is no mistake."""
    assert not list(mistakes_of_value("x", vector["value"]))


@pytest.mark.parametrize("vector", VECTORS["names"], ids=lambda vector: ascii(vector["name"]))
def test_recorded_names_are_accepted(vector: dict[str, str]) -> None:
    """What the parser takes as a parameter's name is no mistake."""
    assert not list(mistakes_of_name("x", "match", vector["name"]))


@pytest.mark.parametrize("vector", VECTORS["args"], ids=lambda vector: ascii(vector["arg"]))
def test_recorded_arguments_are_accepted(vector: dict[str, str]) -> None:
    """What the parser takes as a section's argument is no mistake."""
    assert not list(mistakes_of_section("x", "match", {"tag": vector["arg"]}))


@pytest.mark.parametrize(
    "vector", VECTORS["documents"], ids=lambda vector: str(vector["input"])[:60]
)
def test_recorded_structures_are_accepted(vector: dict[str, Any]) -> None:
    """What became a configuration that the parser read is no mistake."""
    assert not list(mistakes_of_section("", "", vector["input"]))


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: str(refusal["filter"])[:60])
def test_what_nix_refuses_is_refused(refusal: dict[str, Any]) -> None:
    """What the Nix library cannot write is refused with the same path when it is defined."""
    message = message_of_refusal(Fluentd(filters=[{"type": "stdout"}, refusal["filter"]]))
    path = ".".join(["services.y.fluentd.filters[1]"] + [refusal["path"]] * bool(refusal["path"]))
    expected = refusal["expected"].replace("set", "dict")
    assert message.startswith(f"{path}: expected {expected}, got ")


@pytest.mark.parametrize(
    ("fluentd", "message"),
    [
        (
            Fluentd(source=Source(type="tail", path="a\ud800")),
            "source.path: expected text in UTF-8, got 'a\\ud800'",
        ),
        (
            Fluentd(source=Source(type="tail", parse={"a\udcff": 1})),
            "source.parse.\"a\\udcff\": expected text in UTF-8, got 'a\\udcff'",
        ),
        (
            Fluentd(source={"type": "tail", 3: 4}),  # type: ignore[dict-item]
            "source: expected strings as names, got 3",
        ),
        (
            Fluentd(source=Source(type="sample", rate=float("nan"))),
            "source.rate: expected a finite number, got nan",
        ),
        (
            Fluentd(source=Source(type="tail", path=b"/log")),
            "source.path: expected a string, number, boolean, list or dict, got b'/log'",
        ),
        (
            Fluentd(source=Source(type="stdout", path="/log")),
            "source.path: expected no path beside the type stdout, got '/log'",
        ),
        (Fluentd(filters=Filter(type="grep")), "filters: expected a list of dicts, got a dict"),  # type: ignore[arg-type]
        (
            Fluentd(outputs=[Output(type="stdout")]),
            "outputs: expected nothing but source and filters here, got a list",
        ),
    ],
)
def test_what_only_python_can_hold_is_refused(fluentd: Fluentd, message: str) -> None:
    """The message has the path of the value, what was expected and what was given."""
    assert message_of_refusal(fluentd) == f"services.y.fluentd.{message}"


def test_values_of_nix_are_left_to_nix() -> None:
    """Names of Nix may stand for any value, alone or inside of a string."""
    assert service(
        Fluentd(
            source=Source(type="tail", path=pkgs.logs, parse=Section(pkgs.time, type=f"{pkgs.a}b")),
            filters=[Filter(type="grep", regexp=[{"key": "a"}, pkgs.regexp]), pkgs.filter],
        )
    )


def test_outputs_belong_to_images_and_projects() -> None:
    """An image of services and a project have outputs alone, an image of a command all parts."""
    outputs = Fluentd(outputs=[Output(type="stdout")])
    source = Fluentd(source=Source(type="stdout"))
    command = Image(
        name="a/b", command="true", fluentd=Fluentd(outputs=[{"type": "null"}], source={})
    )
    services = Image(name="a/c", services=[service(source)], fluentd=outputs)
    assert Project(images={"a": command, "b": services}, fluentd=outputs)
    with pytest.raises(
        DefinitionError, match=r"fluentd\.source: expected nothing but outputs and labels here"
    ):
        Image(name="a/b", services=[service(source)], fluentd=source)
    with pytest.raises(
        DefinitionError, match=r"fluentd\.source: expected nothing but outputs here"
    ):
        Project(images={"a": command}, fluentd=source)


def test_labels_lead_somewhere() -> None:
    """What is sent to a label that the image does not have is refused, where it is sent from."""
    audit = Fluentd(outputs=[Output(type="relabel", **{"@label": "@AUDIT"})])
    labels = {"@AUDIT": Fluentd(outputs=[Output(type="null")])}
    known = Fluentd(outputs=audit.outputs, labels=labels)
    assert Image(
        name="a/b", services=[service(Fluentd(source=Source(type="stdout")))], fluentd=known
    )
    for fluentd in (audit, Fluentd(outputs=audit.outputs, labels={"@OTHER": audit})):
        with pytest.raises(
            DefinitionError,
            match=r'fluentd\.outputs\[0\]\."@label": expected a label of this image \(@ROOT.*AUDIT',
        ):
            Image(name="a/b", command="true", fluentd=fluentd)
    sent = Fluentd(source=Source(type="stdout", **{"@label": "@NOWHERE"}))
    with pytest.raises(DefinitionError, match=r'services\.y: fluentd\.source\."@label"|y.fluentd'):
        Image(name="a/b", services=[service(sent)], fluentd=known)


def gem(**changes: str) -> FluentdPlugin:
    right: dict[str, Any] = {
        "name": "fluent-plugin-shop",
        "version": "1.0",
        "hash": f"sha256-{'A' * 43}=",
    }
    return FluentdPlugin(**{**right, **changes})


@pytest.mark.parametrize(
    ("argument", "wrong", "expected"),
    [
        ("hash", "0" * 64, "the SHA-256 of the gem's file"),
        ("name", "a/b", "the name of a gem"),
        ("version", "latest", "the version of a gem"),
    ],
)
def test_wrong_gem_is_refused(argument: str, wrong: str, expected: str) -> None:
    """A gem whose name, version or hash cannot be one is refused."""
    with pytest.raises(DefinitionError, match=f"{argument}: expected {expected}"):
        gem(**{argument: wrong})


@pytest.mark.parametrize(
    ("plugins", "expected"),
    [
        (
            [gem(), gem(version="2.0")],
            r"\[1\].name: expected another gem than fluentd_plugins\[0\]",
        ),
        ([{"name": "a"}], r"fluentd_plugins\[0\]: expected a FluentdPlugin"),
        ("fluent-plugin-shop", "fluentd_plugins: expected a list of FluentdPlugin"),
    ],
)
def test_wrong_plugins_are_refused(plugins: Any, expected: str) -> None:
    """A project's plugins are a list of gems, each once."""
    with pytest.raises(DefinitionError, match=expected):
        Project(images={}, fluentd_plugins=plugins)


def test_plugins_are_written_for_nix() -> None:
    """The project's plugins and its sources of gems stand in default.nix."""
    project = Project(
        images={},
        fluentd_plugins=[gem()],
        package_set=DebianPackageSet(gem_sources=["https://gems.example.org"]),
    )
    text = plan(project, {}).generated["default.nix"]
    assert 'name = "fluent-plugin-shop";' in text
    assert 'gemSources = [ "https://gems.example.org" ];' in text

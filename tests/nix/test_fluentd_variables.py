"""Values that fluentd reads from its environment when it starts, with the real fluentd."""

from __future__ import annotations

import functools
import json
import string
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fluentd_writer import evaluate
from gems import GEMS, gem_folder, package_set_with_gems
from package_set import REPOSITORY
from project import output, run

from nixgen.errors import BuildError
from nixgen.programs.fluentd import Fluentd

pytestmark = [
    pytest.mark.nix,
    pytest.mark.skipif(not gem_folder(), reason=f"{GEMS} names no folder of gems"),
]

ALPHABET = "\"'[]{}#\\<>@$ \t\n\r\f\b\x01\x7f" * 3 + string.ascii_letters + "éß漢😀"
PARSE = """
  require 'fluent/config'
  read = Fluent::Config.parse(File.read(ARGV[0]), 'fluent.conf', '.', :v1)
  puts JSON.generate(read.to_h.merge('arguments' => read.elements.map(&:arg)))
"""


@pytest.fixture(scope="module")
def ruby(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give the command of Ruby with fluentd's parser."""
    folder = tmp_path_factory.mktemp("ruby")
    expression = f"({package_set_with_gems()}).fluentd"
    package = output(run("nix-build", "--no-out-link", "-E", expression, folder=folder))
    program = Path(f"{package}/bin/fluentd").read_text().splitlines()[-1].split()
    return [program[1], "-I", str(Path(program[2]).parents[1] / "lib"), "-e", PARSE]


def parsed(ruby: list[str], folder: Path, conf: dict[str, Any], **variables: str) -> Any:
    """Return what the real parser reads of the configuration."""
    file = folder / "fluent.conf"
    file.write_text(evaluate(folder, 'toConf "x" data', conf))
    return json.loads(output(run(*ruby, str(file), folder=folder, environment=variables)))


def test_variables_are_read_and_defaults_come_back(ruby: list[str], tmp_path: Path) -> None:
    """Any variable and any default arrives unchanged, alone, in JSON and as an argument."""
    random = Random(6)
    texts = ["".join(random.choices(ALPHABET, k=random.randrange(1, 12))) for _ in range(300)]
    conf: dict[str, Any] = {
        f"n{index}": {"_env": "NOBODY_SETS_THIS", "_default": text}
        for index, text in enumerate(texts)
    }
    conf["j"] = {"_json": {text: {"_env": "GIVEN"} for text in texts}}
    conf["l"] = [texts, {"_env": "GIVEN"}, {"_env": "NOBODY_SETS_THIS", "_default": texts[0]}]
    conf["g"] = {"_env": "GIVEN"}
    conf["p"] = "#{ENV['GIVEN']}"
    conf["match"] = {"tag": {"_env": "GIVEN"}, "type": "stdout"}
    read = parsed(ruby, tmp_path, conf, GIVEN='a #{1} "b\\')
    assert texts == [read[f"n{index}"] for index in range(len(texts))]
    assert dict.fromkeys(texts, 'a #{1} "b\\') == json.loads(read["j"])
    assert [texts, 'a #{1} "b\\', texts[0]] == json.loads(read["l"])
    assert ('a #{1} "b\\', "#{ENV['GIVEN']}") == (read["g"], read["p"])
    assert ['a #{1} "b\\'] == read["arguments"]


@functools.cache
def program(folder: Path) -> str:
    """Build fluentd with the plugins of nixgen."""
    library = f"import {REPOSITORY}/nix {{ pkgs = {package_set_with_gems()}; }}"
    build = ("nix-build", "--no-out-link", "-E", f"({library}).fluentdCw")
    return f"{output(run(*build, folder=folder))}/bin/fluentd"


def test_missing_variable_is_named(ruby: list[str], tmp_path: Path) -> None:
    """Without the variable and without a default fluentd ends with one line that names it."""
    file = tmp_path / "fluent.conf"
    file.write_text(evaluate(tmp_path, 'toConf "x" data', {"a": {"_env": "NOBODY_SETS_THIS"}}))
    done = run(*ruby, str(file), folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "fluentd.conf: the variable NOBODY_SETS_THIS is not set\n"


@pytest.mark.parametrize(
    ("fluentd", "complaint"),
    [
        ({}, None),
        ({"labels": {}}, "@A label not found"),
        ({"outputs": [{"type": "copy"}]}, "'<store>' sections are required"),
        ({"outputs": [{"type": "copy", "store": {"x": 1}}]}, "Missing '@type' parameter"),
        ({"labels": {"@ROOT": {}}}, "@ROOT for <label> is not permitted"),
    ],
)
def test_labels_and_stores_are_read(
    fluentd: dict[str, Any], complaint: str | None, tmp_path: Path
) -> None:
    """fluentd takes what is written, and refuses what is refused before."""
    sent = {"type": "relabel", "@label": "@A"}
    image = {
        "outputs": [{"type": "copy", "store": [sent, {"_arg": "ignore_error", "type": "null"}]}],
        "labels": {"@A": {"filters": [{"type": "grep"}], "outputs": [{"type": "stdout"}]}},
        **fluentd,
    }
    service = {"name": "a", "fluentd": {"source": {"type": "sample"}}}
    data = {"fluentd": image, "services": [service]}
    read = f"(import {REPOSITORY}/nix/fluentd/image.nix).readImage data"
    text = evaluate(tmp_path, f"({read}).text", data)
    try:
        said = Fluentd(program(tmp_path)).complaints(text)
    except BuildError as error:  # it ends in a traceback
        said = [str(error)]
    assert said == [] if complaint is None else complaint in said[0]


def test_dry_run_does_not_ask_for_variables(tmp_path: Path) -> None:
    """What the container will give is no complaint of `fluentd-conf --check`."""
    server = {"host": {"_env": "NOBODY_SETS_THIS"}, "port": {"_env": "NOR_THIS"}}
    conf = {
        "match": {
            "type": "forward",
            "server": server,
            "compress": {"_env": "A_", "_default": "text"},
        }
    }
    text = evaluate(tmp_path, 'toSection "x" "match" data.match', conf)
    assert Fluentd(program(tmp_path)).complaints(text) == []

"""Python and Nix read one table of rules alike: same verdict, same path, same sentence.

Both get the same random arguments, in batches. `python -m pytest tests/nix/test_rules_agree.py`
with NIXGEN_TEST_RULES=20000 plays that many images instead of the suite's few.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest
from nix_instantiate import nix_instantiate
from random_arguments import PACKAGE, random_case

from nixgen import Image, Service, pkgs
from nixgen.definitions.arguments import to_snake_case
from nixgen.errors import DefinitionError, Problem
from nixgen.rules import table

pytestmark = pytest.mark.nix

REPOSITORY = Path(__file__).parents[2]
IMAGES = int(os.environ.get("NIXGEN_TEST_RULES", "2500"))
BATCH = 2500

Found = tuple[str | None, str, str] | None
"""The service, the path and the sentence of a refusal, or None where all is right."""

CHECK = """\
let
  rules = import REPOSITORY/nix/rules;
  package = derivation { name = "jq"; system = "x86_64-linux"; builder = "/bin/sh"; };
  decode = value:
    if value == "PACKAGE" then package
    else if builtins.isList value then map decode value
    else if builtins.isAttrs value then builtins.mapAttrs (_: decode) value
    else value;
  call = {
    buildImageWithPerp = import REPOSITORY/nix/services/buildImageWithPerp.nix {
      buildImageWithPerps = rules.problemOf;
      checks = rules;
    };
    buildImageWithPerps = rules.problemOf "buildImageWithPerps";
  };
  check = { function, arguments }:
    let found = call.${function} (decode arguments);
    in if found == null then null else [ (found.service or null) found.path found.expected ];
in
map check (builtins.fromJSON (builtins.readFile FOLDER/cases.json))
"""


def nix_findings(folder: Path, cases: list[dict[str, Any]]) -> list[Found]:
    """Return what Nix finds wrong with each of the cases."""
    (folder / "cases.json").write_text(json.dumps(cases))
    text = CHECK.replace("REPOSITORY", str(REPOSITORY)).replace("FOLDER", str(folder))
    output = nix_instantiate(
        folder, text.replace("PACKAGE", PACKAGE), "--eval", "--strict", "--json"
    )
    return [None if each is None else (each[0], each[1], each[2]) for each in json.loads(output)]


def decode(value: object) -> Any:
    match value:
        case str():
            return pkgs.jq if value == PACKAGE else value
        case list():
            return [decode(item) for item in value]
        case dict():
            return {name: decode(item) for name, item in value.items()}
    return value


def in_python(arguments: dict[str, Any]) -> dict[str, Any]:
    return {to_snake_case(name): value for name, value in arguments.items()}


def python_finding(case: dict[str, Any]) -> Found:
    """Return what Python finds wrong with a case, in the words of Nix."""
    arguments = in_python(decode(case["arguments"]))
    listed = arguments.get("services")
    try:
        if isinstance(listed, list):
            made = [Service(**in_python(each)) if is_service(each) else each for each in listed]
            arguments["services"] = made
        Image(**arguments)
    except DefinitionError as error:
        return in_nix(error.problem, case)
    return None


def is_service(value: object) -> bool:
    return isinstance(value, dict) and {"name", "command"} <= value.keys()


def in_nix(problem: Problem, case: dict[str, Any]) -> Found:
    """Return the finding with the argument's name of Nix, and the words that Nix says."""
    field, *rest = problem.field.replace("[", ".[").split(".")
    names = {to_snake_case(name): name for name in (*table()["image"], *table()["service"])}
    path = ".".join([names[field], *rest]).replace(".[", "[")
    expected = problem.expected
    for spoken in table()["words"].values():
        expected = expected.replace(spoken["python"], spoken["nix"])
    one_command = case["function"] == "buildImageWithPerp"
    return (None if one_command else problem.service, path, expected)


def without_service(finding: Found, case: dict[str, Any]) -> Found:
    """Return Nix's finding without the service that it makes of an image of one command.

    A service without a name has none to be called by.
    """
    named = finding and isinstance(finding[0], str) and case["function"] != "buildImageWithPerp"
    return finding if finding is None or named else (None, *finding[1:])


def has_a_command_or_services(case: dict[str, Any]) -> bool:
    """Tell whether it is known which of the functions an Image of Python stands for."""
    arguments = case["arguments"]
    return arguments.get("command") is not None or arguments.get("services", []) != []


def test_python_and_nix_agree(tmp_path: Path) -> None:
    """The same arguments are taken or refused, with the same path and the same sentence."""
    random = Random(12)
    for _ in range(0, IMAGES, BATCH):
        drawn = (random_case(random) for _ in range(min(BATCH, IMAGES)))
        cases = [case for case in drawn if has_a_command_or_services(case)]
        said = [
            without_service(finding, case)
            for finding, case in zip(nix_findings(tmp_path, cases), cases, strict=True)
        ]
        taken = sum(finding is None for finding in said)
        assert len(cases) // 5 < taken < len(cases) * 3 // 4
        for case, finding in zip(cases, said, strict=True):
            assert python_finding(case) == finding, json.dumps(case)

"""The Nix writer of fluentd configurations, against recorded behaviour of fluentd's parser."""

from __future__ import annotations

import json
import string
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fluentd_reader import read_argument, read_conf, read_name, read_value
from fluentd_writer import evaluate, refusal_of

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests" / "data" / "fluentd-vectors.json").read_text())
REFUSALS = json.loads((ROOT / "tests" / "data" / "fluentd-refusals.json").read_text())
STRINGS = 6000
DOCUMENTS = 400
FLOATS = 500

pytestmark = pytest.mark.nix


def is_nix_string(text: str) -> bool:
    """Tell whether Nix can hold the string."""
    return "\0" not in text


def test_values_are_written_as_recorded(tmp_path: Path) -> None:
    """Each recorded value is written as the text that the parser read back."""
    values = [vector for vector in VECTORS["values"] if is_nix_string(vector["value"])]
    written = evaluate(tmp_path, 'map (toValue "x") data', [vector["value"] for vector in values])
    assert [vector["text"] for vector in values] == written
    assert [vector["parsed"] for vector in values] == [read_value(text) for text in written]


def test_arguments_are_written_as_recorded(tmp_path: Path) -> None:
    """Each recorded argument is written as the text that the parser read back."""
    arguments = VECTORS["args"]
    written = evaluate(tmp_path, 'map (toArgument "x") data', [each["arg"] for each in arguments])
    assert [vector["text"] for vector in arguments] == written
    assert [vector["parsed"] for vector in arguments] == [read_argument(text) for text in written]


def test_names_are_written_as_recorded(tmp_path: Path) -> None:
    """Each recorded name of a parameter is written as the text that the parser read back."""
    names = VECTORS["names"]
    written = evaluate(tmp_path, 'map (toName "x" "match") data', [each["name"] for each in names])
    assert [vector["text"] for vector in names] == written
    assert [(vector["parsed"], "") for vector in names] == [read_name(text) for text in written]


def test_lists_are_written_as_recorded(tmp_path: Path) -> None:
    """Each recorded list of scalars is written as the JSON that the parser read back."""
    lists = [vector for vector in VECTORS["json"] if isinstance(vector["json"], list)]
    written = evaluate(tmp_path, 'map (toValue "x") data', [vector["json"] for vector in lists])
    assert [vector["text"] for vector in lists] == written


def test_json_is_written_as_recorded(tmp_path: Path) -> None:
    """Lists and sets that are marked as JSON are written as the parser read them back."""
    marked = [{"_json": vector["json"]} for vector in VECTORS["json"]]
    written = evaluate(tmp_path, 'map (toValue "x") data', marked)
    assert [vector["text"] for vector in VECTORS["json"]] == written


def test_documents_are_written_as_recorded(tmp_path: Path) -> None:
    """Each recorded structure becomes the recorded configuration, and that the recorded tree."""
    documents = VECTORS["documents"]
    written = evaluate(tmp_path, 'map (toConf "x") data', [each["input"] for each in documents])
    assert [document["conf"] for document in documents] == written
    assert [each["tree"] for each in documents] == [read_conf(text).as_tree() for text in written]


SPECIAL = "\"'[]{}#\\<>@$ \t\n\r\f\b\v\x01\x1b\x7f"
ALPHABET = SPECIAL * 3 + string.ascii_letters + string.digits + "éß漢😀\u2028\ufeff\U0010ffff"
FRAGMENTS = ("#{1+1}", " #", "\\#", "include", "@include", "</match>", '"', "${tag}", "\\n", "0")


def random_text(random: Random) -> str:
    """Return up to 12 characters or fragments, most of which mean something to the parser."""
    return "".join(
        random.choice(FRAGMENTS) if random.random() < 0.2 else random.choice(ALPHABET)
        for _ in range(random.randrange(13))
    )


def test_every_string_comes_back(tmp_path: Path) -> None:
    """An independent reader gets every string back from a value, an argument and a name."""
    random = Random(20)
    texts = [random_text(random) for _ in range(STRINGS)]
    names = [text for text in texts if text and text != "@include"]
    expression = """{
      values = map (toValue "x") data.texts;
      arguments = map (toArgument "x") data.texts;
      names = map (toName "x" "record") data.names;
      lists = map (text: toValue "x" [ text 1 true ]) data.texts;
    }"""
    written = evaluate(tmp_path, expression, {"texts": texts, "names": names})
    assert texts == [read_value(text) for text in written["values"]]
    assert texts == [read_argument(text) for text in written["arguments"]]
    assert [(name, "value") for name in names] == [
        read_name(f"{text} value") for text in written["names"]
    ]
    assert [[text, 1, True] for text in texts] == [
        json.loads(read_value(text)) for text in written["lists"]
    ]


def test_every_float_comes_back(tmp_path: Path) -> None:
    """A float is written in digits that Ruby and Python read as the same float."""
    random = Random(53)
    floats = [
        random.choice((-1, 1)) * random.random() * 10.0 ** random.randrange(-280, 300)
        for _ in range(FLOATS)
    ]
    written = evaluate(tmp_path, 'map (toValue "x") data', floats)
    assert floats == [float(text) for text in written]


@pytest.mark.parametrize("value", ["1.0e308 * 10", "1.0e308 * 10 - 1.0e308 * 10"])
def test_what_is_no_number_is_refused(value: str, tmp_path: Path) -> None:
    """Infinity and what is no number have no digits."""
    message = refusal_of(tmp_path, f'toValue "x" ({value})')
    assert "x: expected a finite number, got " in message


def random_section(random: Random, depth: int) -> dict[str, Any]:
    """Return parameters and, above the last depth, sections."""
    section: dict[str, Any] = {
        f"n{random_text(random)}": random_text(random) for _ in range(random.randrange(4))
    }
    for name in random.sample(["record", "server", "regexp"], random.randrange(4) if depth else 0):
        children = [random_section(random, depth - 1) for _ in range(random.randrange(1, 3))]
        section[name] = children if random.random() < 0.5 else children[0]
    return section


def tree_of(name: str, section: dict[str, Any]) -> dict[str, Any]:
    """Return the tree that the parser should read for a section, by the rules for structures."""
    elements = []
    for child, value in sorted(section.items(), key=lambda item: item[0].encode()):
        if isinstance(value, dict | list):
            children = value if isinstance(value, list) else [value]
            elements += [tree_of(child, each) for each in children]
    parameters = {child: value for child, value in section.items() if isinstance(value, str)}
    return {"name": name, "arg": "", "attrs": parameters, "elements": elements}


def test_every_structure_comes_back(tmp_path: Path) -> None:
    """An independent reader gets nested sections back, none of them broken open by a value."""
    random = Random(4)
    documents = [random_section(random, 3) for _ in range(DOCUMENTS)]
    written = evaluate(tmp_path, 'map (toConf "x") data', documents)
    expected = [tree_of("ROOT", document) for document in documents]
    assert expected == [read_conf(text).as_tree() for text in written]


def test_long_values_are_written(tmp_path: Path) -> None:
    """A value of a megabyte does not exhaust the stack of Nix."""
    text = "漢 #" * 200_000
    (written,) = evaluate(tmp_path, 'map (toValue "x") data', [text])
    assert text == read_value(written)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("true", "true"),
        ("false", "false"),
        ("(-42)", "-42"),
        ("9223372036854775807", "9223372036854775807"),
        ("1.5", "1.5"),
        ("0.1", "0.1"),
        ("(-3.14159265358979)", "-3.14159265358979"),
        ("1234567.89", "1234567.89"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("0.0", "0"),
        ("1.0e6", "1000000"),
        ("1.0e20", "100000000000000000000"),
        ("1.0e-5", "0.00001"),
        ("1.23456789e-40", "123456789e-48"),
        ('[ 1234567.89 null [ "#" ] ]', '[1234567.89,null,["\\u0023"]]'),
        (
            "[ (builtins.fromJSON ''\"\\\\b \\b \\f\"'') ]",
            r'["\\b \u0008 \u000c"]',
        ),
        ("[ ]", "[]"),
        ('{ outPath = "/a #b"; }', '"/a #b"'),
        ('{ _env = "A"; _default = "b"; }', """ "#{ENV['A'] || "b"}" """.strip()),
        (
            "{ _env = \"A\"; _default = ''\"\\ #{1} #$x #@x''; }",
            r""" "#{ENV['A'] || "\"\\ \#{1} \#$x \#@x"}" """.strip(),
        ),
        ('{ _env = "A"; _default = 1.5; }', """ "#{ENV['A'] || "1.5"}" """.strip()),
        (
            '[ "#" { _env = "A"; _default = true; } ]',
            r""" "[\"\\u0023\",#{::JSON.generate(ENV['A'] || "true")}]" """.strip(),
        ),
    ],
)
def test_values_of_each_kind(value: str, text: str, tmp_path: Path) -> None:
    """Numbers keep all their digits, lists are JSON, and a derivation is its path."""
    assert text == evaluate(tmp_path, f'toValue "x" {value}')


@pytest.mark.parametrize(
    ("section", "text"),
    [
        (
            '{ match = { type = "null"; tag = null; x = null; }; }',
            "<match **>\n  @type null\n</match>\n",
        ),
        ('{ match = { _arg = "a.*"; tag = "t"; }; }', "<match a.*>\n  tag t\n</match>\n"),
        ("{ match = { buffer = [ ]; }; }", "<match **>\n</match>\n"),
        (
            '{ match = { x = [ ]; "@id" = "i"; A = 1; }; }',
            "<match **>\n  @id i\n  A 1\n  x []\n</match>\n",
        ),
        ('{ record."@x" = 1; }', '<record>\n  "@x" 1\n</record>\n'),
    ],
)
def test_sections(section: str, text: str, tmp_path: Path) -> None:
    """Null is left out, an argument stands behind the name, names with @ come first."""
    assert text == evaluate(tmp_path, f'toConf "x" {section}')


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: str(refusal["filter"])[:60])
def test_what_cannot_be_written_is_refused(refusal: dict[str, Any], tmp_path: Path) -> None:
    """The message has the path of the value, what was expected and what was given."""
    services = """[ {
      name = "y";
      fluentd = { source.type = "stdout"; filters = [ { type = "stdout"; } data ]; };
    } ]"""
    image = f'{{ context = "dockerImages.x: "; fluentd = null; services = {services}; }}'
    message = refusal_of(tmp_path, f"(readImage {image}).text", refusal["filter"])
    path = ".".join(["services.y.fluentd.filters[1]"] + [refusal["path"]] * bool(refusal["path"]))
    assert f"error: dockerImages.x: {path}: expected {refusal['expected']}, got " in message


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            'toConf "x" { match.x = y: y; }',
            "x.match.x: expected a string, number, boolean, list or set, got a function",
        ),
        (
            'toConf "x" { "@foo" = "a"; }',
            'x."@foo": expected @id, @label, @log_level, @type or a name without @, got "@foo"',
        ),
    ],
)
def test_what_only_nix_can_hold_is_refused(expression: str, message: str, tmp_path: Path) -> None:
    """Functions have no text, and the root of a file takes no names with @."""
    assert f"error: {message}\n" in refusal_of(tmp_path, expression)


BYTES_THAT_ARE_NOT_UTF8 = (
    b"\xff",
    b"a\x80",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x82",
)


@pytest.mark.parametrize("content", BYTES_THAT_ARE_NOT_UTF8)
def test_other_bytes_are_refused(content: bytes, tmp_path: Path) -> None:
    """Overlong forms, surrogates, what is beyond Unicode and cut characters are not written."""
    (tmp_path / "bytes").write_bytes(content)
    message = refusal_of(tmp_path, f'toValue "x" (builtins.readFile {tmp_path}/bytes)')
    assert "error: x: expected text in UTF-8, got other bytes\n" in message

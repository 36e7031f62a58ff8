"""Marks: names of Nix in strings that Python's own functions work on."""

from __future__ import annotations

import base64
import html
import json
import os.path
import posixpath
import shlex
import textwrap
import urllib.parse
from collections.abc import Callable
from functools import reduce
from pathlib import PurePosixPath

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nixgen.errors import DefinitionError
from nixgen.language import Expression, NixValue, String, describe, lib, nix, pkgs, to_expression
from nixgen.language.marks import RESERVED

PATH = to_expression(pkgs.hello)
TEXT = to_expression(lib.version)

Encoding = Callable[[str], str]

READABLE: dict[str, Encoding] = {
    "json": json.dumps,
    "json of a dict": lambda text: json.dumps({"a": [text]}, indent=2),
    "json as it is": lambda text: json.dumps(text, ensure_ascii=False),
    "repr": repr,
    "ascii": ascii,
    "repr of a list": lambda text: repr([text]),
    "yaml": lambda text: yaml.safe_dump({"a": {"b": [text, text]}}),
    "yaml as it is": lambda text: yaml.safe_dump([text], allow_unicode=True),
    "html": html.escape,
    "references": lambda text: text.encode("ascii", "xmlcharrefreplace").decode(),
    "backslashes": lambda text: text.encode("ascii", "backslashreplace").decode(),
    "shell": shlex.quote,
    "wrapped": lambda text: textwrap.fill(f"exec {text} --and {text}", 60),
    "indented": lambda text: textwrap.indent(text, "  "),
}
ENCODED: dict[str, Encoding] = {
    "percent": urllib.parse.quote,
    "form": lambda text: urllib.parse.urlencode({"a": text}),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()).decode(),
    "base64 of utf-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "bytes": lambda text: str(text.encode()),
    "another charset": lambda text: text.encode().decode("latin-1"),
}
DAMAGED: dict[str, Encoding] = {
    "upper case": str.upper,
    "upper case of json": lambda text: json.dumps(text).upper(),
    "lower case": str.lower,
    "swapped case": str.swapcase,
    "backwards": lambda text: text[::-1],
    "without its end": lambda text: text[: len(text) // 2],
    "without its beginning": lambda text: text[len(text) // 2 :],
    "in short lines": lambda text: textwrap.fill(text, 10),
}


def expressions(value: object) -> list[Expression]:
    """Return the expressions in a string, in their order."""
    match to_expression(value):
        case String(parts=parts):
            return [part for part in parts if not isinstance(part, str)]
        case node:
            raise AssertionError(f"expected a string, got {node}")


@pytest.mark.parametrize("encode", READABLE.values(), ids=READABLE)
@pytest.mark.parametrize("value", [pkgs.hello, lib.version])
def test_name_in_escaped_text_arrives(encode: Encoding, value: NixValue) -> None:
    """Escapes that a store path does not need leave a name of Nix what it is."""
    assert {to_expression(value)} == set(expressions(encode(f"A\\{value}/bin")))


@pytest.mark.parametrize("encode", [*ENCODED.values(), *DAMAGED.values()])
@pytest.mark.parametrize("value", [pkgs.hello, lib.version])
def test_name_in_encoded_text_is_refused(encode: Encoding, value: NixValue) -> None:
    """What only a build could encode is refused, and so is a changed name."""
    with pytest.raises(DefinitionError, match=r"must stay in one piece|Only a build"):
        to_expression(encode(f"ab{value}"))


def test_name_below_lines_of_base64_in_json_is_refused() -> None:
    """The ends of lines that JSON has escaped are no part of what the lines encode."""
    encoded = ENCODED["base64 of utf-16"](DAMAGED["upper case of json"](f"{pkgs.hello}"))
    with pytest.raises(DefinitionError):
        to_expression(json.dumps(READABLE["wrapped"](encoded)))


@settings(deadline=None)
@given(
    marked=st.sampled_from([f"{pkgs.hello}", f"{lib.version}", f"{nix('x')}"]),
    before=st.text(st.characters(max_codepoint=0x2FF, exclude_characters="\0"), max_size=9),
    damages=st.lists(st.sampled_from([*DAMAGED]), max_size=1),
    encodings=st.lists(st.sampled_from([*READABLE, *ENCODED]), max_size=3),
)
def test_name_is_never_taken_for_text(
    marked: str, before: str, damages: list[str], encodings: list[str]
) -> None:
    """Whatever is done to a string one after the other, its names arrive or are refused."""
    functions = {**READABLE, **DAMAGED, **ENCODED}
    text = f"{before}{marked}{before}{marked}"
    for name in [*damages, *encodings]:
        text = functions[name](text)
    try:
        found = expressions(text)
    except DefinitionError:
        assert damages or encodings
    else:
        assert set(expressions(marked)) == set(found)


def test_escapes_keep_what_stands_before_them() -> None:
    """A backslash of the text itself is no part of the escape behind it."""
    assert String(('"\\\\', TEXT, '"')) == to_expression(json.dumps(f"\\{lib.version}"))


def test_escapes_of_what_is_no_name_are_text() -> None:
    """Other escapes arrive as they are."""
    text = json.dumps("é😀\U0010ff00\0") + "&#1113856; &#x1F600;"
    assert String((text,)) == to_expression(text)


STORE_PATH = "/nix/store/" + "a" * 32 + "-hello"
PATH_FUNCTIONS: dict[str, Encoding] = {
    "join": lambda path: os.path.join(path, "bin"),  # noqa: PTH118
    "join behind": lambda path: os.path.join("/opt", path),  # noqa: PTH118
    "normpath": lambda path: posixpath.normpath(f"{path}//x/../y/."),
    "parent": lambda path: posixpath.normpath(f"{path}/.."),
    "dirname": posixpath.dirname,
    "dirname of a file": lambda path: posixpath.dirname(f"{path}/bin/x"),
    "abspath": posixpath.abspath,
    "commonpath": lambda path: posixpath.commonpath([f"{path}/a", f"{path}/b"]),
    "below another root": lambda path: f"/host{path}",
    "pathlib": lambda path: str(PurePosixPath("/opt") / path / "bin"),
    "pathlib's parent": lambda path: str(PurePosixPath(f"{path}/bin/x").parent),
}


@settings(deadline=None)
@given(names=st.lists(st.sampled_from([*PATH_FUNCTIONS]), min_size=1, max_size=4))
def test_functions_for_paths_see_a_store_path(names: list[str]) -> None:
    """They do with a package's name what they do with its store path."""
    marked = reduce(lambda path, name: PATH_FUNCTIONS[name](path), names, f"{pkgs.hello}")
    real = reduce(lambda path, name: PATH_FUNCTIONS[name](path), names, STORE_PATH)
    node = to_expression(marked)
    assert isinstance(node, String)
    parts = [part if isinstance(part, str) else STORE_PATH for part in node.parts]
    assert real == "".join(parts)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pkgs.hello, True),
        (pkgs.hello.dev, True),
        (pkgs.python3.pkgs["a.b"], True),
        (pkgs.writeText("a", "b"), True),
        (pkgs.formats.json({}).generate("a", {}), True),
        (pkgs.hello + "/bin", True),
        (f"{pkgs.hello}" + pkgs.a, True),
        (lib.getExe(pkgs.hello), True),
        (pkgs.lib.getBin(pkgs.hello), True),
        (pkgs.hello.version, False),
        (pkgs.hello.meta.homepage, False),
        (pkgs.stdenv.hostPlatform.system, False),
        (pkgs.lib.version, False),
        (lib.version, False),
        (lib.concatStrings(["a"]), False),
        ("-" + pkgs.hello, False),
        (nix("./."), False),
        (nix('"a"').b, False),
    ],
)
def test_what_is_a_store_path_is_absolute(value: NixValue, expected: bool) -> None:
    """Packages, what builders return and what is added to them are absolute paths in Python."""
    assert expected is posixpath.isabs(f"{value}")


@pytest.mark.parametrize(
    "cut", [posixpath.basename, lambda path: posixpath.relpath(path, "/nix"), lambda path: path[1:]]
)
def test_piece_of_a_store_path_is_refused(cut: Encoding) -> None:
    """What a store path is without its folder is known to a build alone."""
    with pytest.raises(DefinitionError, match="must stay in one piece"):
        to_expression(cut(f"{pkgs.hello}"))


def test_relative_store_path_can_be_put_below_a_folder() -> None:
    """A store path without its slash is whole again once it has one."""
    assert String(("/host", PATH)) == to_expression("/host/" + f"{pkgs.hello}".lstrip("/"))


@pytest.mark.parametrize(
    "text", [f"{pkgs.hello!r}", f"{[pkgs.hello]}", str({"a": lib.version}), f"{pkgs.hello=}"]
)
def test_name_of_a_name_is_no_text(text: str) -> None:
    """What Python writes for a list of names, or for `!r`, would not be what Nix makes of it."""
    with pytest.raises(DefinitionError, match="A Nix expression cannot stand here"):
        to_expression(text)


def test_message_shows_a_name_as_it_was_written() -> None:
    """Messages are for people, and hold no character of a mark."""
    for value in (pkgs.hello, [pkgs.hello], f"{pkgs.hello}/bin", str([pkgs.hello])):
        assert not set(describe(value)) & set(RESERVED)
        assert "pkgs.hello" in describe(value)

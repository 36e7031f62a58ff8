"""Expressions: Python values and the names of Nix become nodes, or are refused."""

from __future__ import annotations

import copy
import inspect
import posixpath
import shlex
import textwrap
from collections import OrderedDict
from collections.abc import Callable
from enum import IntEnum, StrEnum
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

import pytest
from attrs import frozen

from nixgen.errors import DefinitionError
from nixgen.language import (
    AttributeSet,
    Binary,
    Call,
    Expression,
    List,
    Literal,
    NixValue,
    Path,
    Raw,
    Select,
    String,
    Variable,
    describe,
    lib,
    nix,
    pkgs,
    to_expression,
)

HELLO = Select(Variable("pkgs"), ("hello",))
UNTYPED_PKGS: Any = pkgs
UNTYPED_NIX: Any = nix
RESERVED = "\U0010fffc"


class Level(IntEnum):
    HIGH = 3


class Color(StrEnum):
    RED = "red"


class Quoted(str):
    def __str__(self) -> str:
        return "not the text"


class KnowsNix:
    def __nix__(self) -> Expression:
        return HELLO


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, Literal(None)),
        (True, Literal(True)),
        (-(2**63), Literal(-(2**63))),
        (Level.HIGH, Literal(3)),
        (0.5, Literal(0.5)),
        ("", String(())),
        ("${HOME} ''\\\n\"", String(("${HOME} ''\\\n\"",))),
        (Color.RED, String(("red",))),
        (Quoted("text"), String(("text",))),
        ([], List(())),
        ([1, ["a"]], List((Literal(1), List((String(("a",)),))))),
        ((1,), List((Literal(1),))),
        ({"b": 1, "": 2}, AttributeSet((("b", Literal(1)), ("", Literal(2))))),
        (OrderedDict(a=None), AttributeSet((("a", Literal(None)),))),
        (MappingProxyType({"a": None}), AttributeSet((("a", Literal(None)),))),
        (HELLO, HELLO),
        (pkgs.hello, HELLO),
        (KnowsNix(), HELLO),
    ],
)
def test_python_value_becomes_a_node(value: object, expected: Expression) -> None:
    """None, booleans, numbers, strings, lists, mappings and expressions become nodes."""
    assert expected == to_expression(value)


def cycle() -> list[object]:
    items: list[object] = []
    items.append([items])
    return items


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"bytes", "env: expected null, a boolean, a number, a string, a list, a dict or"),
        ({1, 2}, "env: expected null, a boolean, "),
        (PurePosixPath("x"), "got PurePosixPath('x')"),
        (float("nan"), "env: expected a finite number, got nan"),
        (-float("inf"), "env: expected a finite number, got -inf"),
        (
            2**63,
            "env: expected an integer of 64 bits (Nix has no larger ones), got 9223372036854775808",
        ),
        pytest.param(
            -(10**5000),
            "env: expected an integer of 64 bits (Nix has no larger ones), got <int>",
            id="large",
        ),
        (
            "a\0b",
            r"env: expected text without the NUL character, which Nix cannot hold, got 'a\x00b'",
        ),
        (
            "\udc80",
            r"env: expected text that UTF-8 can encode, without lone surrogates, got '\udc80'",
        ),
        (f"a{RESERVED}b", "env: expected text without U+10FFE0 to U+10FFFD, which mark"),
        ({1: 2}, "env: expected a string as attribute name, got 1"),
        ({"a": {"b.c": [0, b""]}}, 'env.a."b.c"[1]: expected null'),
        ({"a": [{f"{pkgs.hello}": 1}]}, "env.a[0]: expected text without U+10FFE0"),
        ({"a\0": 1}, "env: expected text without the NUL character"),
        (cycle(), "env: expected a value that does not contain itself"),
    ],
)
def test_value_that_nix_cannot_hold_is_refused(value: object, message: str) -> None:
    """What Nix has no value for is refused with its path, what is expected and what is given."""
    with pytest.raises(DefinitionError) as refused:
        to_expression(value, field="env")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pkgs.hello, HELLO),
        (pkgs["hello"], HELLO),
        (pkgs.a["b.c"].d, Select(Variable("pkgs"), ("a", "b.c", "d"))),
        (pkgs["if"][""], Select(Variable("pkgs"), ("if", ""))),
        (pkgs._1password.name, Select(Variable("pkgs"), ("_1password", "name"))),
        (lib.f(1, "a")(None), Call(Call(Select(Variable("lib"), ("f",)), (1, "a")), (None,))),
        (pkgs.hello(), Call(HELLO, ({},))),
        (pkgs.hello(name="x"), Call(HELLO, ({"name": "x"},))),
        (pkgs.hello(1, name="x"), Call(HELLO, (1, {"name": "x"}))),
        (pkgs.hello({"if": 1}).out, Select(Call(HELLO, ({"if": 1},)), ("out",))),
        (pkgs.hello + "/bin", Binary("+", HELLO, "/bin")),
        ("-" + pkgs.hello, Binary("+", "-", HELLO)),
        (pkgs.hello // {"a": 1}, Binary("//", HELLO, {"a": 1})),
        ({"a": 1} // pkgs.hello, Binary("//", {"a": 1}, HELLO)),
        (nix("x: x # same"), Raw("x: x # same")),
        (nix(f"f {pkgs.hello} 1"), Raw(("f ", HELLO, " 1"))),
        (nix("builtins"), Variable("builtins")),
        (nix("builtins.readFile"), Select(Variable("builtins"), ("readFile",))),
        (nix("if.then"), Raw("if.then")),
    ],
)
def test_names_say_what_nix_says(value: NixValue, expected: Expression) -> None:
    """Attributes, items, calls and operators on a name are those of Nix."""
    assert expected == to_expression(value)


def test_expression_in_an_f_string_becomes_an_interpolation() -> None:
    """Formatting, str() and join put expressions into strings, next to text that stays data."""
    text = pkgs.writeText("env", f"A={pkgs.hello} ${{HOME}}")
    joined = " ".join([str(HELLO), f"{text}/x{text}", "''$"])
    inner = String(("A=", HELLO, " ${HOME}"))
    call = Call(Select(Variable("pkgs"), ("writeText",)), ("env", inner))
    assert String((HELLO, " ", call, "/x", call, " ''$")) == to_expression(joined)


def test_mark_depends_on_the_expression_alone() -> None:
    """Equal expressions have equal marks, different ones different marks."""
    assert f"{pkgs.f(a=1)}" == f"{pkgs['f']({'a': 1})}"
    assert len({f"{pkgs.f(value)}" for value in (1, True, 1.0, "1", 0.0, -0.0, "", None)}) == 8


def test_mark_survives_quoting_for_a_shell() -> None:
    """A command line quoted for the shell still holds the expression."""
    quoted = shlex.join([f"{pkgs.hello(text='$x')}/bin/it's", "b c"])
    call = Call(HELLO, ({"text": "$x"},))
    assert String(("'", call, "/bin/it'\"'\"'s' 'b c'")) == to_expression(quoted)


@pytest.mark.parametrize(
    "damage",
    [
        lambda mark: mark[:-1],
        lambda mark: mark[1:],
        str.upper,
        str.lower,
        str.title,
        lambda mark: mark[14:16],
        lambda mark: mark[::-1],
        posixpath.basename,
        lambda mark: textwrap.fill(mark, 20),
        lambda mark: mark.replace(mark[-2], "1"),
        lambda mark: RESERVED + mark,
        lambda mark: f"{mark} and {mark[0]}{'0' * (len(mark) - 2)}{mark[-1]}",
    ],
)
def test_damaged_mark_is_refused(damage: Callable[[str], str]) -> None:
    """A mark that was cut or changed is an error, and is never passed on as text."""
    with pytest.raises(DefinitionError, match="marked text must stay in one piece"):
        to_expression(damage(str(pkgs.hello)))


@pytest.mark.parametrize("value", [pkgs.hello, HELLO])
def test_format_specification_is_refused(value: object) -> None:
    """The length of what Nix will write is unknown, so it cannot be aligned."""
    with pytest.raises(DefinitionError, match=r"no format specification .*, got '>10'"):
        f"{value:>10}"


@frozen
class InterpolationDouble:
    """Stands in for string.templatelib.Interpolation of Python 3.14."""

    value: object
    conversion: str | None = None
    format_spec: str = ""


@frozen
class TemplateDouble:
    """Stands in for string.templatelib.Template of Python 3.14."""

    strings: tuple[str, ...]
    interpolations: tuple[InterpolationDouble, ...]


def test_template_string_is_read_like_an_f_string() -> None:
    """A t-string gives the same node as the f-string of the same content."""
    holes = (
        InterpolationDouble(pkgs.hello),
        InterpolationDouble(3.14159, format_spec=".2f"),
        InterpolationDouble("é", conversion="a"),
        InterpolationDouble("${x}"),
    )
    template = TemplateDouble(("$", " ", "", "/", ""), holes)
    assert to_expression(f"${pkgs.hello} {3.14159:.2f}{'é'!a}/{'${x}'}") == to_expression(template)


@pytest.mark.parametrize("value", [pkgs.f(a=[1.5, f"{pkgs.x}"]).y, to_expression({"a": lib})])
def test_values_are_copied_and_hashed_by_content(value: object) -> None:
    """Copies of names and nodes are equal to them and have the same hash."""
    for copied in (copy.copy(value), copy.deepcopy(value)):
        assert (value, hash(value)) == (copied, hash(copied))


def test_python_finds_no_protocol_in_a_name() -> None:
    """Names with two underscores are Python's: a name of Nix has none that it does not define."""
    assert not hasattr(pkgs.hello, "__fspath__")
    assert not inspect.isroutine(pkgs.hello)
    with pytest.raises(AttributeError, match=r"write \['__functor'\]"):
        pkgs.__getattr__("__functor")


@pytest.mark.parametrize("use", [iter, list, lambda name: "x" in name, len, sorted])
def test_name_is_no_collection(use: Callable[[Any], object]) -> None:
    """Python does not know what a name will hold, and does not try items 0, 1, 2 ..."""
    with pytest.raises(TypeError):
        use(pkgs.hello)


def test_literals_of_different_types_differ() -> None:
    """What Python compares as equal, Nix does not always, so the nodes are different."""
    assert len({Literal(value) for value in (1, 1.0, True, 0.0, -0.0)}) == 5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Variable("or"), "a Nix identifier, got 'or'"),
        (lambda: Variable("a b"), "a Nix identifier, got 'a b'"),
        (lambda: Select(HELLO, ()), "an attribute path of one name or more, got ()"),
        (lambda: UNTYPED_PKGS[0], "a string as attribute name, got 0"),
        (lambda: Binary("&", 1, 2), "expected one of * + - // =="),
        (lambda: Path(""), "a path, got ''"),
        (lambda: nix(" \n"), r"a Nix expression, got ' \n'"),
        (lambda: UNTYPED_NIX(3), "nix: expected a string of Nix syntax, got 3"),
        (lambda: AttributeSet([("a", 1), ("a", 2)]), "names of which none comes twice, got 'a'"),
        (lambda: pkgs.f(a=[b""]), "pkgs.f.a[0]: expected null"),
        (lambda: pkgs.f(1, b""), "pkgs.f argument 2: expected null"),
    ],
)
def test_node_that_nix_has_no_syntax_for_is_refused(
    make: Callable[[], object], message: str
) -> None:
    """Nodes that could not be written or read are refused when they are made."""
    with pytest.raises(DefinitionError) as refused:
        make()
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"{pkgs.hello}/bin", "'{pkgs.hello}/bin'"),
        ([f"{pkgs.f(a=1)['b c']}"], "['{pkgs.f(...)['b c']}']"),
        (lib.f + pkgs.a // {"b": 1}, "lib.f + pkgs.a // ..."),
        (f"{nix('1 + 1')}", "'{nix(...)}'"),
        pytest.param(10**5000, "<int>", id="large"),
    ],
)
def test_message_shows_marks_as_the_definition_has_them(value: object, expected: str) -> None:
    """In messages a mark reads as what was formatted into the string."""
    assert expected == describe(value)

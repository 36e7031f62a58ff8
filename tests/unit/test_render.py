"""Rendering: quoting, parentheses and layout of Nix."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nixgen.language import (
    Binary,
    Call,
    Expression,
    If,
    List,
    Literal,
    Path,
    Raw,
    Select,
    Variable,
    lib,
    nix,
    pkgs,
    to_expression,
)
from nixgen.language.render import render

A, B, C = map(Variable, "abc")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '""'),
        ('say "hi"', r'"say \"hi\""'),
        ("$HOME ${HOME} $${HOME} 5$", r'"$HOME \${HOME} $\${HOME} 5$"'),
        ("it''s", "\"it''s\""),
        ("a\tb\rc", r'"a\tb\rc"'),
        ("\n", r'"\n"'),
        (" \n  indented\n", r'" \n  indented\n"'),
        ("a\n ", r'"a\n "'),
        (r"  \d", r'"  \\d"'),
        (r"^\d+$", r"''^\d+$''"),
        (r"''\'", r"'''''\''\'''"),
        (r"${a}\ $${b}", r"''''${a}\ $''${b}''"),
        ("a\n", "''\n  a\n''"),
        ("a\n\n  b \n   \nc", "''\n  a\n\n    b \n     \n  c''"),
        ("a\r\n\tb\n", "''\n  a''\\r\n  \tb\n''"),
        (f"{pkgs.x}$", '"${pkgs.x}$"'),
        (f"${pkgs.x}", r'"\$${pkgs.x}"'),
        (f"\\${pkgs.x}'", r"''\''$${pkgs.x}''\'''"),
        (f"if\n  {pkgs.x}\n", "''\n  if\n    ${pkgs.x}\n''"),
    ],
)
def test_string_is_quoted(text: str, expected: str) -> None:
    """Texts of several lines and regexps are indented strings where that is exact."""
    assert expected == render(to_expression(text))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (-1, "-1"),
        (-(2**63), "-9223372036854775807 - 1"),
        (1.0, "1.0"),
        (1e20, "1.0e+20"),
        (-1.5e-7, "-1.5e-07"),
        (-0.0, "0.0 * -1"),
        (5e-324, "5.696189077778436e-306 * 8.673617379884035e-19"),
        ([], "[ ]"),
        ([1, -1, 0.5, [None]], "[ 1 (-1) 0.5 [ null ] ]"),
        ({}, "{ }"),
        ({"a": 1}, "{ a = 1; }"),
        (
            {"if": {"a.b": {"": {"é": {"or": {"a-b'": 1}}}}}},
            '{ "if" = { "a.b" = { "" = { "é" = { "or" = { a-b\' = 1; }; }; }; }; }; }',
        ),
        ({"a\n${b}\\": 1}, r'{ "a\n\${b}\\" = 1; }'),
        ({"a": A, "b": B, "d": C}, "{\n  inherit a b;\n  d = c;\n}"),
    ],
)
def test_value_is_written(value: object, expected: str) -> None:
    """Numbers are written so that Nix reads the same ones, names quoted where Nix needs it."""
    assert expected == render(to_expression(value))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Path("x/../y.nix"), "./x/../y.nix"),
        (Path("."), "./."),
        (Path("../x/"), "../x"),
        (Path("//etc//passwd"), "/etc/passwd"),
        (Path("a b"), './. + "/a b"'),
        (Path("/é"), '/. + "/é"'),
        (Select(A, ("b", "if")), 'a.b."if"'),
        (Select(Select(A, ("b",)), ("c",)), "(a.b).c"),
        (Select(Literal(1), ("b",)), "(1).b"),
        (Call(A, (Call(B, (C,)), Select(B, ("c",)), -1)), "a (b c) b.c (-1)"),
        (Call(Call(A, (B,)), (C,)), "a b c"),
        (Binary("+", Binary("*", A, B), C), "a * b + c"),
        (Binary("*", Binary("+", A, B), C), "(a + b) * c"),
        (Binary("-", A, Binary("-", B, C)), "a - (b - c)"),
        (Binary("//", A, Binary("//", B, C)), "a // b // c"),
        (Binary("==", Binary("+", A, B), Binary("==", B, C)), "a + b == (b == c)"),
        (If(A, B, If(B, A, C)), "if a then b else if b then a else c"),
        (List((If(A, B, C), Binary("+", A, B))), "[ (if a then b else c) (a + b) ]"),
        (Raw("a: b"), "a: b"),
        (List((Raw("a: b"), Raw("c"))), "[ (a: b) (c) ]"),
        (nix(f"a + {pkgs.b}").__nix__(), "a + (pkgs.b)"),
    ],
)
def test_parentheses_stand_where_nix_needs_them(node: Expression, expected: str) -> None:
    """An expression is in parentheses when its place asks for one that binds tighter."""
    assert expected == render(node)


IMAGE = lib.buildImageWithPerps(
    name="gremlin/server",
    services=[
        {
            "name": "gremlin-server",
            "command": f"{pkgs.gremlinServer}/bin/gremlin-server ${{HOME}}",
            "preStartScript": f"set -u\nfor file in {pkgs.conf}/*; do\n  cp $file ''$$\ndone\n",
            "environmentFile": pkgs.writeTextFile(name="env", text="LOG_DEBUG=1\nA=''\n"),
        },
        {
            "name": "gremlin-sync",
            "command": ["sync", f"{pkgs.runCommand('x', {}, 'touch $out')}/x", "-v"],
            "after": ["gremlin-server"],
            "fluentd": {"source": {"type": "stdout", "format": r"/^\[(?<level>[^\]]+)\]$/"}},
        },
    ],
    labels={"org.example/key": "value"},
)
CALLS = {
    "script": pkgs.runCommand("script", {"nativeBuildInputs": [pkgs.jq]}, "set -e\njq . > $out\n"),
    "two_sets": lib.f({"a": 1, "b": 2}, {"c": 3, "d": 4}),
    "long": lib.recursiveUpdate("x" * 30, "y" * 30, ["z" * 30]),
    "selected": nix("import")("./x", {"a": 1, "b": 2}).out,
    "interpolated": f"{pkgs.writeTextFile(name='x', text='y')}/bin/x",
    "long_list": ["x" * 30, "y" * 30, "z" * 30],
    "list_of_calls": [lib.f({"a": 1, "b": 2}), If(A, {"a": 1, "b": 2}, B)],
}
OPERATORS = {
    "update": pkgs.x // {"a": 1, "b": 2},
    "sum": Binary("+", Binary("+", "x" * 40, "y" * 40), "z" * 40),
    "condition": If(Binary("==", A, B), {"a": 1, "b": 2}, If(C, "x" * 40, "y" * 40)),
}
RAW = {
    "one_line": nix("x: x"),
    "comment": nix("x: x # the same"),
    "lines": nix("""
        let
          x = 1; # one
        in
        x
    """),
    "strings": nix("""''
      moved lines would change
    the text''"""),
    "with_node": nix(f"let\n  x = {pkgs.hello};\nin\nx"),
}


@pytest.mark.parametrize("name", ["image", "calls", "operators", "raw"])
def test_layout(name: str, golden: Callable[[str, str], None]) -> None:
    """Files are laid out after RFC 166."""
    value: object = {
        "image": IMAGE,
        "calls": CALLS,
        "operators": OPERATORS,
        "raw": RAW,
    }[name]
    golden(f"render/{name}.nix", render(to_expression(value)) + "\n")


def test_text_is_indented_as_far_as_the_line_it_is_put_on() -> None:
    """With a depth, the lines after the first are moved, apart from those of raw strings."""
    value = to_expression({"a": "b\n\nc\n", "d": nix('"e\nf"')})
    expected = """{
      a = ''
        b

        c
      '';
      d = (
"e
f"
);
    }"""
    assert expected == render(value, depth=2)

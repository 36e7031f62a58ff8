"""The form in which `nix-instantiate --parse` prints an expression.

It has parentheses around nearly everything and spells arithmetic as calls, so it tells how Nix
understood a text. `show` writes a tree in that form, without the renderer; `comparable` takes
away what the form leaves open, or the versions of Nix print differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from posixpath import join, normpath

from nixgen.language import (
    AttributeSet,
    Binary,
    Call,
    Expression,
    If,
    List,
    Literal,
    Path,
    Raw,
    Select,
    String,
    Variable,
)

FOLDER = "/parent/folder"
"""Where the file with the expression lies."""

RAW = {
    "a": "a",
    "a b": "(a b)",
    "x: x": "(x: x)",
    "a # comment": "a",
    "let\n  x = 1;\nin\nx": "(let x = 1; in x)",
    '"a\n  # b" + "\n"': r'("a\n  # b" + "\n")',
    "''a\n  b''": r'"a\n  b"',
    "if a then\n  b # c\nelse d": "(if a then b else d)",
}
"""Raw Nix, and what it parses as."""

RAW_SUM = "a + "
"""Raw Nix that an expression follows."""

ARITHMETIC = {"-": "__sub", "*": "__mul"}
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}

Nested = str | tuple["Nested", ...]


def show(node: Expression) -> str:
    """Return the tree in the form of `--parse`."""
    match spelled_as_call(node):
        case Call(function, arguments):
            return f"({' '.join(map(show, (function, *arguments)))})"
        case Literal(value):
            return show_literal(value)
        case String(parts):
            texts = [quoted(part) if isinstance(part, str) else show(part) for part in parts]
            return f"({' + '.join(texts)})" if texts else '""'
        case Raw((text,)):
            return RAW[str(text)]
        case Raw((_, Expression() as operand)):
            return f"(a + {show(operand)})"
        case Variable(name):
            return name
        case List(items):
            return f"[ {' '.join(f'({show(item)})' for item in items)} ]"
        case AttributeSet(bindings):
            return f"{{ {' '.join(show_attributes(bindings))} }}"
        case other:
            return show_operation(other)


def show_literal(value: float | bool | None) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def show_operation(node: Expression) -> str:
    match node:
        case Path(path):
            return show_path(path)
        case Select(target, attributes):
            return f"({show(target)}).{'.'.join(map(quoted, attributes))}"
        case Binary(operator, left, right):
            return f"({show(left)} {operator} {show(right)})"
        case If(condition, consequence, alternative):
            return f"(if {show(condition)} then {show(consequence)} else {show(alternative)})"
    raise AssertionError(node)


def spelled_as_call(node: Expression) -> Expression:
    """Return what Nix makes of arithmetic and calls of calls."""

    def call(name: str, *arguments: object) -> Expression:
        return Call(Variable(name), arguments)

    match node:
        case Raw(("a b",)):
            return call("a", Variable("b"))
        case Literal(int() | float() as number) if number < 0:
            return call("__sub", 0, -number)
        case Binary("-" | "*" as operator, left, right):
            return call(ARITHMETIC[operator], left, right)
        case Call(function, arguments):
            match spelled_as_call(function):
                case Call(inner, first):
                    return Call(inner, (*first, *arguments))
            return node if arguments else spelled_as_call(function)
    return node


def show_attributes(bindings: Iterable[tuple[str, Expression]]) -> Iterator[str]:
    for name, value in sorted(bindings, key=lambda binding: binding[0].encode()):
        inherited = isinstance(value, Variable) and value.name == name
        yield f"inherit {name} ;" if inherited else f"{quoted(name)} = {show(value)};"


def show_path(path: str) -> str:
    if re.fullmatch("[A-Za-z0-9._+/-]+", path):
        return normpath(join(FOLDER, path))
    if path.startswith("/"):
        return f"(/ + {quoted(path)})"
    return f"({FOLDER} + {quoted('/' + path.removeprefix('./'))})"


def quoted(text: str) -> str:
    return '"' + "".join(ESCAPES.get(character, character) for character in text) + '"'


def comparable(form: str) -> Nested:
    r"""Return the form as nested tuples of tokens, with these made equal.

    A string that Nix read in pieces, `"" + "a" + "b"`, and parentheses around one string;
    `\$` and `$`; names of attributes with quotes and without, since versions of Nix quote other
    keywords; several names behind one `inherit`; the order of formals and of bindings, which may be
    that of Nix's table of symbols.
    """
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|[()\[\]{};,]|[^\s"()\[\]{};,]+', form, re.DOTALL)
    plain = [re.sub(r"\\(.)", unescape_dollar, token) for token in tokens]
    return nest(iter([*quote_attributes(plain)]))


def unescape_dollar(match: re.Match[str]) -> str:
    return "$" if match[1] == "$" else match[0]


def quote_attributes(tokens: Sequence[str]) -> Iterator[str]:
    """Put quotes around the names of attributes: before `=`, in `.a.b`, and in `(x) ? a.b`."""
    for before, last, word, following in zip(
        ["", "", *tokens], ["", *tokens], tokens, [*tokens[1:], ""], strict=False
    ):
        is_path = (word[0] == "." and word != "...") or (before, last) == (")", "?")
        if word[0] == '"' or not (is_path or following == "="):
            yield word
        elif is_path:
            yield from (
                name if name == "." else quoted(name) for name in re.findall(r"\.|[^.]+", word)
            )
        else:
            yield quoted(word)


def nest(tokens: Iterator[str], opening: str = "") -> Nested:
    nested: list[Nested] = []
    for token in tokens:
        if token in (")", "]", "}"):
            break
        nested.append((token, nest(tokens, token)) if token in ("(", "[", "{") else token)
        match nested[-1]:
            case ("(", (str(text),)) if text.startswith('"'):
                nested[-1] = text
        match nested[-3:]:
            case ['""', "+", other] | [other, "+", '""']:
                nested[-3:] = [other]
            case [str(left), "+", str(right)] if left[0] == right[0] == '"':
                nested[-3:] = [left[:-1] + right[1:]]
    if (opening, *nested[:1]) == ("(", "let"):
        end = nested.index("in")
        return ("let", in_order(bindings(nested[1:end])), *nested[end:])
    if opening == "{" and {"=", "inherit"} & {token for token in nested if isinstance(token, str)}:
        return in_order(bindings(nested))
    return in_order(pieces(nested, ",")) if "," in nested else tuple(nested)


def bindings(nested: Iterable[Nested]) -> Iterator[list[Nested]]:
    """Split bindings, each name that is inherited one of its own."""
    for piece in pieces(nested, ";"):
        match piece:
            case ["inherit", *names]:
                yield from (["inherit", name] for name in names)
            case _:
                yield piece


def pieces(nested: Iterable[Nested], separator: str) -> Iterator[list[Nested]]:
    """Split at a separator, but at no `;` that belongs to an `assert`, which has no parentheses."""
    piece: list[Nested] = []
    asserts = 0
    for token in nested:
        asserts += (token, separator) == ("assert", ";")
        if token == separator and not asserts:
            yield piece
            piece = []
        else:
            asserts -= token == separator
            piece.append(token)
    yield piece


def in_order(split: Iterable[list[Nested]]) -> Nested:
    return tuple(sorted(map(tuple, split), key=repr))

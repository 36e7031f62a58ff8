"""The syntax of Nix around its values: names, calls, functions, operators and the rest."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from attrs import field, frozen

from nixgen.language.checks import attribute_path, identifier, refusal, text
from nixgen.language.values import (
    Bindings,
    Expression,
    convert,
    convert_bindings,
    convert_each,
    convert_parts,
)

BINARY_OPERATORS: Final = frozenset(
    {"->", "||", "&&", "==", "!=", "<", "<=", ">", ">=", "//", "+", "-", "*", "/", "++"}
)
UNARY_OPERATORS: Final = frozenset({"!", "-"})


def _optional(value: object) -> Expression | None:
    return None if value is None else convert(value)


def _operator(allowed: frozenset[str], operator: str) -> str:
    if operator not in allowed:
        raise refusal(f"one of {' '.join(sorted(allowed))}", operator)
    return operator


def _normal_path(path: str) -> str:
    """Return the path in a form that begins with a slash or a dot, as Nix asks for."""
    if not path:
        raise refusal("a path", path)
    if path.startswith("/"):
        normal = str(PurePosixPath("//" + text(path)))
        return "/." if normal == "/" else normal
    normal = str(PurePosixPath(text(path)))
    return (
        f"{normal}/." if normal == ".." else normal if normal.startswith("../") else f"./{normal}"
    )


@frozen
class Path(Expression):
    """A path literal: absolute, or relative to the file that it stands in."""

    path: str = field(converter=_normal_path)


@frozen
class Raw(Expression):
    """Nix syntax as somebody wrote it; expressions in it are rendered as operands."""

    parts: tuple[str | Expression, ...] = field(converter=convert_parts)

    def __attrs_post_init__(self) -> None:
        if not any(isinstance(part, Expression) or part.strip() for part in self.parts):
            raise refusal("a Nix expression", "".join(map(str, self.parts)))


@frozen
class Variable(Expression):
    """A variable."""

    name: str = field(converter=identifier)


@frozen
class Select(Expression):
    """`target.a.b`, or `target.a.b or default` unless the default is Python's None."""

    target: Expression = field(converter=convert)
    attributes: tuple[str, ...] = field(converter=attribute_path)
    default: Expression | None = field(default=None, converter=_optional)


@frozen
class HasAttribute(Expression):
    """`target ? a.b`."""

    target: Expression = field(converter=convert)
    attributes: tuple[str, ...] = field(converter=attribute_path)


@frozen
class Call(Expression):
    """A function applied to one argument after the other."""

    function: Expression = field(converter=convert)
    arguments: tuple[Expression, ...] = field(converter=convert_each)


@frozen
class Formal:
    """One formal of a function that takes an attribute set, perhaps with a default."""

    name: str = field(converter=identifier)
    default: Expression | None = field(default=None, converter=_optional)


def _formals(formals: Iterable[str | Formal]) -> tuple[Formal, ...]:
    return tuple(formal if isinstance(formal, Formal) else Formal(formal) for formal in formals)


@frozen
class Formals:
    """The pattern `{ a, b ? 1, ... }@alias` before a function's body."""

    formals: tuple[Formal, ...] = field(converter=_formals)
    ellipsis: bool = False
    alias: str | None = None

    def __attrs_post_init__(self) -> None:
        names = [formal.name for formal in self.formals]
        names += [identifier(self.alias)] if self.alias is not None else []
        if len(set(names)) < len(names):
            raise refusal("formals of different names", names)


@frozen
class Function(Expression):
    """A function of one parameter, which is a name or a pattern."""

    parameter: str | Formals = field()
    body: Expression = field(converter=convert)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.parameter, Formals):
            identifier(self.parameter)


@frozen
class Let(Expression):
    """`let a = 1; in body`; the bindings see each other."""

    bindings: Bindings = field(converter=convert_bindings)
    body: Expression = field(converter=convert)


@frozen
class With(Expression):
    """`with scope; body`."""

    scope: Expression = field(converter=convert)
    body: Expression = field(converter=convert)


@frozen
class If(Expression):
    """`if condition then consequence else alternative`."""

    condition: Expression = field(converter=convert)
    consequence: Expression = field(converter=convert)
    alternative: Expression = field(converter=convert)


@frozen
class Assert(Expression):
    """`assert condition; body`."""

    condition: Expression = field(converter=convert)
    body: Expression = field(converter=convert)


@frozen
class Unary(Expression):
    """`!operand` or `-operand`."""

    operator: str = field()
    operand: Expression = field(converter=convert)

    def __attrs_post_init__(self) -> None:
        _operator(UNARY_OPERATORS, self.operator)


@frozen
class Binary(Expression):
    """Two operands with an operator between them; `?` is HasAttribute."""

    operator: str = field()
    left: Expression = field(converter=convert)
    right: Expression = field(converter=convert)

    def __attrs_post_init__(self) -> None:
        _operator(BINARY_OPERATORS, self.operator)

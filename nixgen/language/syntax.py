"""The syntax of Nix around its values: names, calls, conditions, operators and raw text."""

from __future__ import annotations

from pathlib import PurePosixPath

from attrs import field, frozen

from nixgen.language.checks import attribute_path, identifier, refusal, text
from nixgen.language.precedence import BINARY
from nixgen.language.values import Expression, convert, convert_each, convert_parts


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
    """`target.a.b`."""

    target: Expression = field(converter=convert)
    attributes: tuple[str, ...] = field(converter=attribute_path)


@frozen
class Call(Expression):
    """A function applied to one argument after the other."""

    function: Expression = field(converter=convert)
    arguments: tuple[Expression, ...] = field(converter=convert_each)


@frozen
class If(Expression):
    """`if condition then consequence else alternative`."""

    condition: Expression = field(converter=convert)
    consequence: Expression = field(converter=convert)
    alternative: Expression = field(converter=convert)


@frozen
class Binary(Expression):
    """Two operands with an operator between them, one of those of precedence.py."""

    operator: str = field()
    left: Expression = field(converter=convert)
    right: Expression = field(converter=convert)

    def __attrs_post_init__(self) -> None:
        if self.operator not in BINARY:
            raise refusal(f"one of {' '.join(sorted(BINARY))}", self.operator)

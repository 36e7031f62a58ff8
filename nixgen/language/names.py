"""The names of Nix that definitions use: `pkgs.hello`, `lib.f(x)`, `nix("...")`."""

from __future__ import annotations

from attrs import field, frozen

from nixgen.errors import DefinitionError, Problem
from nixgen.language.checks import is_identifier
from nixgen.language.marks import NAME_END, describe, mark
from nixgen.language.store_paths import is_store_path
from nixgen.language.syntax import Binary, Call, Raw, Select, Variable
from nixgen.language.values import Expression, convert, to_expression


@frozen(repr=False)
class NixValue:
    """What Nix will evaluate a name or a call to.

    An attribute or an item is a selection: `pkgs.hello`, `pkgs["odd.name"]`. A call is a call
    of Nix: positional arguments one after the other, keyword arguments as an attribute set after
    them. `+` and `//` are Nix's. Inside an f-string the value becomes an interpolation.

    Every attribute name belongs to Nix; what Python needs has names with two underscores.
    """

    __expression: Expression = field(alias="expression")
    # Definitions say the same few names again and again.
    __selections: dict[str, NixValue] = field(factory=dict, init=False, eq=False)

    def __nix__(self) -> Expression:
        """Return the expression."""
        return self.__expression

    def __getattr__(self, name: str) -> NixValue:
        known = self.__selections.get(name)
        if known is not None:
            return known
        if name.startswith("__"):
            raise AttributeError(f"{name}: write [{name!r}] for an attribute of this name")
        return self.__selections.setdefault(name, self[name])

    def __getitem__(self, name: str) -> NixValue:
        node = self.__expression
        if isinstance(node, Select):
            return NixValue(Select(node.target, (*node.attributes, name)))
        return NixValue(Select(node, (name,)))

    # Without these Python would try the items 0, 1, 2 ...
    __iter__ = None
    __contains__ = None

    def __call__(self, *arguments: object, **attributes: object) -> NixValue:
        """Return the call."""
        values = [
            self.__convert(value, f" argument {number}")
            for number, value in enumerate(arguments, 1)
        ]
        if attributes or not arguments:
            values.append(self.__convert(attributes, ""))
        return NixValue(Call(self.__expression, values))

    def __convert(self, argument: object, place: str) -> Expression:
        try:
            return convert(argument)
        except (DefinitionError, RecursionError):
            return to_expression(
                argument, field=f"{describe(self)}{place}"
            )  # fails as well, at its path

    def __add__(self, other: object) -> NixValue:
        return NixValue(Binary("+", self.__expression, to_expression(other)))

    def __radd__(self, other: object) -> NixValue:
        return NixValue(Binary("+", to_expression(other), self.__expression))

    def __floordiv__(self, other: object) -> NixValue:
        return NixValue(Binary("//", self.__expression, to_expression(other)))

    def __rfloordiv__(self, other: object) -> NixValue:
        return NixValue(Binary("//", to_expression(other), self.__expression))

    def __str__(self) -> str:
        return mark(self, self.__expression, store_path=is_store_path(self.__expression))

    def __format__(self, specification: str) -> str:
        return format(self.__expression, specification) if specification else str(self)

    def __repr__(self) -> str:
        return f"{_to_python(self.__expression)}{NAME_END}"


def _to_python(node: Expression) -> str:
    """Return about what a definition says to make the expression, for messages."""
    match node:
        case Variable():
            return node.name
        case Select():
            path = [
                f".{name}" if name.isidentifier() else f"[{name!r}]" for name in node.attributes
            ]
            return _to_python(node.target) + "".join(path)
        case Call():
            return f"{_to_python(node.function)}(...)"
        case Raw():
            return "nix(...)"
        case Binary():
            return f"{_to_python(node.left)} {node.operator} {_to_python(node.right)}"
        case _:
            return "..."


docker_images = NixValue(Variable("dockerImages"))
lib = NixValue(Variable("lib"))
pkgs = NixValue(Variable("pkgs"))


def nix(text: str) -> NixValue:
    """Return a Nix expression written in Nix: the only door to syntax that nixgen does not check.

    What is formatted into the text is rendered as an operand, in parentheses where needed.
    """
    if not isinstance(text, str):
        problem = Problem(field="nix", expected="a string of Nix syntax", given=repr(text))
        raise DefinitionError(problem)
    first, *rest = text.split(".")
    if all(map(is_identifier, (first, *rest))):
        return NixValue(Select(Variable(first), rest) if rest else Variable(first))
    return NixValue(Raw(text))

"""Write the docstrings of the fields of definitions from the table of rules, for editors to show.

python scripts/docstrings.py
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nixgen
from nixgen.definitions.arguments import rules_of, to_camel_case, to_snake_case
from nixgen.rules import table

DEFINITIONS = Path(nixgen.__file__).parent / "definitions"
_WIDTH = 96


def main() -> None:
    """Bring the modules of definitions up to date."""
    for file in sorted(DEFINITIONS.glob("*.py")):
        before = file.read_text()
        if (after := documented(before)) != before:
            file.write_text(after)


def documented(source: str) -> str:
    """Return the module with a docstring below each field that the table knows."""
    lines = source.split("\n")
    for first, last, text in sorted(_places(ast.parse(source)), reverse=True):
        lines[first:last] = _docstring(text)
    return "\n".join(lines)


def _places(tree: ast.Module) -> Iterator[tuple[int, int, str]]:
    """Yield the lines of each docstring, none yet where both are equal, and its text."""
    for found in tree.body:
        if isinstance(found, ast.ClassDef) and (rules := _rules(found)):
            for field, behind in zip(found.body, [*found.body[1:], None], strict=True):
                if isinstance(field, ast.AnnAssign) and (text := _doc(field, rules)):
                    end = field.end_lineno or field.lineno
                    is_doc = isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant)
                    yield end, (behind.end_lineno or end) if behind and is_doc else end, text


def _rules(found: ast.ClassDef) -> list[Mapping[str, Any]]:
    """Return the rules of the class's fields, the first that knows a name counts."""
    if found.name == "Fluentd":
        return [table()["fluentd"]]
    if found.name == "File":
        return [table()["rules"]["file"]["keys"]]
    return [
        rules_of(argument.value)
        for decorator in found.decorator_list
        for call in ast.walk(decorator)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "by_table"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def _doc(field: ast.AnnAssign, rules: list[Mapping[str, Any]]) -> str | None:
    name = to_camel_case(getattr(field.target, "id", ""))
    text = next((each[name]["doc"] for each in rules if "doc" in each.get(name, {})), None)
    if text is None:
        return None
    text = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", text)  # links
    text = re.sub("`([a-z]+[A-Z][A-Za-z]*)`", lambda match: f"`{to_snake_case(match[1])}`", text)
    text = text[0].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."


def _docstring(text: str) -> list[str]:
    raw = "r" if "\\" in text else ""
    ends = '"""'
    lines = textwrap.wrap(f"{raw}{ends}{text}", _WIDTH, break_on_hyphens=False)
    if len(lines) == 1 and len(lines[0]) <= _WIDTH - len(ends) and not text.endswith('"'):
        return [f"    {lines[0]}{ends}"]
    return [*(f"    {line}" for line in lines), f"    {ends}"]


if __name__ == "__main__":
    main()

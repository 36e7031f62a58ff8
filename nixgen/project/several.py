"""Find further mistakes behind the first: take out of the definitions what failed, and go on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import TracebackType

Span = tuple[int, int, int, int]
"""The lines from 1 and the columns from 0 of a part of the text: first, last, first, last."""


def place_in(file: str, traceback: TracebackType | None) -> Span | None:
    """Return what the definitions file was doing, in its own text, when the error came."""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == file:
            line, last, column, end = list(code.co_positions())[traceback.tb_lasti // 2]
            if line is None or last is None or column is None or end is None:
                return None
            return line, last, column, end
        traceback = traceback.tb_next
    return None


class Cuts:
    """What was taken out of the definitions so far; `tree` is what is left of them."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self._spans: list[Span] = []
        self._names: set[str] = set()

    def follows(self, error: BaseException, place: Span | None) -> bool:
        """Tell whether an error may come of what was taken out, and not of the definitions."""
        if isinstance(error, NameError) and error.name in self._names:
            return True
        part = place and self._part(place)
        if not part:
            return bool(self._spans)
        span = _span(part)
        return any(_contains(span, cut) for cut in self._spans)

    def take_out(self, place: Span | None) -> bool:
        """Take out the part that failed; return whether something else is left to be tried."""
        part = place and self._part(place)
        if not part:
            return False
        if isinstance(part, ast.stmt):
            names = set(_bound(part))
            if "project" in names or not names:
                return False
            self._names |= names
            self.tree.body[self.tree.body.index(part)] = ast.copy_location(ast.Pass(), part)
        else:
            _remove(self.tree, part)
        self._spans.append(_span(part))
        return True

    def _part(self, place: Span) -> ast.stmt | ast.expr | None:
        """Return the smallest item of a list or dict around the place, else the statement."""
        found: ast.stmt | ast.expr | None = None
        for statement in self.tree.body:
            if _contains(_span(statement), place):
                found = statement
        if not isinstance(found, ast.Assign | ast.AnnAssign | ast.ImportFrom | ast.Import):
            return None
        for node in ast.walk(found):  # outer nodes come first
            for item in _items(node):
                if _contains(_span(item), place):
                    found = item
        return found


def _items(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Dict():
            return node.values
        case ast.List():
            return node.elts
    return []


def _remove(tree: ast.Module, part: ast.expr) -> None:
    for node in ast.walk(tree):
        items = _items(node)
        if part in items:
            index = items.index(part)
            del items[index]
            if isinstance(node, ast.Dict):
                del node.keys[index]


def _bound(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        match node:
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.alias():
                yield node.asname or node.name.partition(".")[0]


def _span(node: ast.stmt | ast.expr) -> Span:
    last = node.end_lineno or node.lineno
    return node.lineno, last, node.col_offset, node.end_col_offset or 0


def _contains(outer: Span, inner: Span) -> bool:
    begins = (outer[0], outer[2]) <= (inner[0], inner[2])
    return begins and (inner[1], inner[3]) <= (outer[1], outer[3])

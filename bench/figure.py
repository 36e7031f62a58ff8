"""Figures: what was measured, against what, and what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import asdict, frozen


@frozen
class Figure:
    """A value measured in this run.

    `at_most` or `at_least` is its target; a figure without one is there to be compared. `against`
    says what it was measured against or how, with the values of this same run.
    """

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    against: str = ""

    @property
    def verdict(self) -> str:
        """`reached`, `missed`, or nothing for a figure without target."""
        if self.at_most is None and self.at_least is None:
            return ""
        reached = (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )
        return "reached" if reached else "missed"

    @property
    def target(self) -> str:
        """The target as it stands in the table."""
        if self.at_most is not None:
            return f"<= {self.at_most:g} {self.unit}"
        return "" if self.at_least is None else f">= {self.at_least:g} {self.unit}"


def to_table(groups: dict[str, list[Figure]]) -> str:
    """Return the figures as a table, a line each."""
    heading = ("FIGURE", "MEASURED", "TARGET", "", "AGAINST")
    rows = [
        (
            f"{group}: {figure.name}",
            _measured(figure),
            figure.target,
            figure.verdict,
            figure.against,
        )
        for group, figures in groups.items()
        for figure in figures
    ]
    return "\n".join(_aligned([heading, *rows]))


def to_data(groups: dict[str, list[Figure]]) -> list[dict[str, Any]]:
    """Return the figures as objects for JSON."""
    return [
        {"group": group, **asdict(figure), "verdict": figure.verdict}
        for group, figures in groups.items()
        for figure in figures
    ]


def _measured(figure: Figure) -> str:
    value = f"{figure.value:.0f}" if figure.value >= 100 else f"{figure.value:.3g}"
    return f"{value} {figure.unit}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]

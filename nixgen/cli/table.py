"""Tables of text for people; programs take --json."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table with aligned columns."""
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    for row in (heading, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def byte_size(size: int) -> str:
    """Return a number of bytes with the decimal prefix that fits."""
    for power, prefix in ((3, "GB"), (2, "MB"), (1, "kB")):
        if size >= 1000**power:
            return f"{size / 1000**power:.1f} {prefix}"
    return f"{size} B"

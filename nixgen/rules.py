"""The table of rules, nix/rules/rules.json: what each argument and each name may be.

The Nix library reads the same file. It is read when it is first asked for, so that the command
line starts without it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any


def nix_library() -> Path:
    """Return the folder with default.nix and its rooms.

    It lies inside the installed package, and in a source checkout beside it.
    """
    package = Path(__file__).parent
    installed = package / "nix"
    return installed if installed.is_dir() else package.parent / "nix"


@cache
def table() -> dict[str, Any]:
    """Return the table; nixgen/definitions/rules.py says what its entries mean."""
    loaded: dict[str, Any] = json.loads((nix_library() / "rules/rules.json").read_bytes())
    return loaded


@cache
def pattern(text: str) -> re.Pattern[str]:
    """Return a pattern of the table, with the patterns that it names as `<name>` in their place."""
    return re.compile(expand(text))


def expand(text: str) -> str:
    """Return the text with the table's patterns in the place of their names."""
    parts = table()["patterns"]
    return re.sub("<([a-zA-Z0-9]+)>", lambda match: expand(parts[match[1]]), text)


@cache
def wording() -> dict[str, str]:
    """Return what stands in Python's sentences for each word in braces."""
    return {word: spoken["python"] for word, spoken in table()["words"].items()}


def worded(sentence: str, **words: object) -> str:
    """Return a sentence of the table with words in the place of `{word}`."""
    return re.sub(
        r"\{([a-zA-Z]+)\}",
        lambda match: str({**wording(), **words}.get(match[1], match[0])),
        sentence,
    )


def sentence(name: str, **words: object) -> tuple[str, str | None]:
    """Return what the table expects where several arguments meet, and its remedy."""
    entry = table()["sentences"][name]
    remedy = entry.get("remedy")
    return worded(entry["expected"], **words), worded(remedy) if remedy else None

"""What Nix says of a failure, without how it came there.

An error in Nix's structured log has its text twice: `raw_msg` alone, and `msg` as it is shown. Nix
2.8 shows the text and behind it the place in the file. Newer ones (2.20 and later) show the way to
it first: steps that begin with "…", a paragraph each, and behind them the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ESCAPE_SEQUENCE = re.compile(r"\x1b\[[0-9;]*m")
_INDENTATION = " " * len("error: ")
_PLACE = re.compile(r"^ *at \S.*:\d+:\d+:", re.MULTILINE)
# The step of a message that the code itself wrote: its place tells nothing.
_THROWN = re.compile(r"… while calling the '(throw|abort)' builtin")


def without_escapes(text: str) -> str:
    """Return the text without the escape sequences that set colours."""
    return _ESCAPE_SEQUENCE.sub("", text)


def own_words(event: Mapping[str, Any]) -> str:
    """Return what a message of the log says, and where: in the error's place, or the last step's.

    A message that is no error is returned whole.
    """
    shown = without_escapes(event["msg"])
    text = without_escapes(event.get("raw_msg") or "")
    beginning = f"error: {_indented(text)}"
    way, found, following = shown.rpartition(beginning)
    if not (text and found):
        return shown
    said = beginning + re.sub("\n{2,}", "\n", following)
    return said if _PLACE.search(following) else f"{said}{_last_step(way)}"


def _indented(text: str) -> str:
    return text.replace("\n", f"\n{_INDENTATION}")


def _last_step(way: str) -> str:
    steps = [step for step in way.split("\n\n") if _PLACE.search(step)]
    if not steps or _THROWN.search(steps[-1]):
        return ""
    return f"\n{steps[-1].removeprefix('error:').strip(chr(10))}"

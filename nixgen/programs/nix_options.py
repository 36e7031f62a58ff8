"""Which options of Nix may be passed on, to which of its programs, and which are nixgen's own.

Sources: the manual's chapters on common options, nix-store --realise and nix-instantiate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Flag, auto

from attrs import frozen

from nixgen.errors import UsageError

DRY_RUN = "--dry-run"
CHECK = "--check"
REPAIR = "--repair"
_KEEP_GOING = ("--keep-going", "-k")
# Options in one, and a number after them: Nix reads `-kK` as `-k -K`, and `-j4` as `-j 4`.
_COMPOUND = re.compile(r"-(?=..)([A-Za-z]+)(.*)", re.DOTALL)


class Phase(Flag):
    """What an option is for: the evaluation, the builds, or both."""

    EVALUATION = auto()
    BUILDS = auto()
    BOTH = EVALUATION | BUILDS


@frozen
class _Kind:
    """How many values follow an option, and what it is for."""

    values: int
    phase: Phase


@frozen
class Option:
    """An option with its values, as words; `is_known` tells whether it is in the manual."""

    words: tuple[str, ...]
    phase: Phase
    is_known: bool = True


_KINDS: Mapping[str, _Kind] = {
    **dict.fromkeys(("--arg", "--argstr", "--override-flake"), _Kind(2, Phase.EVALUATION)),
    **dict.fromkeys(("--include", "-I", "--eval-store"), _Kind(1, Phase.EVALUATION)),
    "--impure": _Kind(0, Phase.EVALUATION),
    **dict.fromkeys((CHECK, DRY_RUN, "--ignore-unknown", REPAIR), _Kind(0, Phase.BUILDS)),
    "--option": _Kind(2, Phase.BOTH),
    **dict.fromkeys(
        (
            "--builders",
            "--cores",
            "--extra-substituters",
            "--max-jobs",
            "-j",
            "--max-silent-time",
            "--substituters",
            "--timeout",
        ),
        _Kind(1, Phase.BOTH),
    ),
    **dict.fromkeys(
        (
            "--debug",
            "--fallback",
            "--keep-failed",
            "-K",
            *_KEEP_GOING,
            "--no-build-output",
            "-Q",
            "--no-gc-warning",
            "--quiet",
            "--show-trace",
            "--verbose",
            "-v",
        ),
        _Kind(0, Phase.BOTH),
    ),
}

_LINKS = "nixgen makes the links itself; --no-out-link before `--` makes none"
_CHOICE = "nixgen chooses what is evaluated; name images before `--`"
_LOG = "nixgen reads Nix's log itself"
_RESULT = "nixgen reads what Nix prints; --json before `--` is nixgen's own"
_STORE = "set the store for all programs of Nix with NIX_REMOTE=..."
_OPERATION = "nixgen chooses the operation; run Nix itself for another"
_HELP = "run `nixgen --help` or `nixgen --version`, or Nix itself"
_OWN: Mapping[str, str] = {
    **dict.fromkeys(("--add-root", "--indirect", "--out-link", "-o", "--no-out-link"), _LINKS),
    **dict.fromkeys(("--attr", "-A", "--expr", "-E", "--file", "-f"), _CHOICE),
    "--log-format": _LOG,
    **dict.fromkeys(("--json", "--xml", "--raw", "--strict"), _RESULT),
    **dict.fromkeys(("--store", "--readonly-mode"), _STORE),
    **dict.fromkeys(("--help", "-h", "--version"), _HELP),
    **dict.fromkeys(
        (
            *("--realise", "--realize", "-r", "--query", "-q", "--gc", "--delete", "--serve"),
            *("--add", "--add-fixed", "--print-fixed-path", "--print-env", "--read-log", "-l"),
            *("--dump", "--restore", "--export", "--import", "--dump-db", "--load-db", "--init"),
            *("--register-validity", "--check-validity", "--verify", "--verify-path"),
            *("--repair-path", "--optimise", "--optimize", "--generate-binary-cache-key"),
            *("--eval", "--eval-only", "--parse", "--find-file", "--read-write-mode"),
        ),
        _OPERATION,
    ),
}


def read_options(words: Sequence[str]) -> list[Option]:
    """Tell the options apart that the words hold.

    Raises UsageError for a word that is no option, an option that is nixgen's own business, and
    one that lacks a value. An option that the manual does not have, such as a setting's, is taken
    for both phases with the words that follow it: Nix knows what becomes of it.
    """
    return list(_read(list(words)))


def words_for(phase: Phase, words: Sequence[str]) -> list[str]:
    """Return those of the words that are options for the phase, or for both."""
    options = read_options(words)
    return [word for option in options if phase in option.phase for word in option.words]


def asks_for(name: str, words: Sequence[str]) -> bool:
    """Tell whether an option of that name is among the words."""
    return any(option.words[0] == name for option in read_options(words))


def keeps_going(words: Sequence[str]) -> bool:
    """Tell whether what fails is to keep nothing else from being built."""
    return any(
        option.words[0] in _KEEP_GOING or option.words == ("--option", "keep-going", "true")
        for option in read_options(words)
    )


def _read(rest: list[str]) -> Iterator[Option]:
    while rest:
        name = rest.pop(0)
        if letters := _COMPOUND.fullmatch(name):
            rest[:0] = [*(f"-{letter}" for letter in letters[1]), *filter(None, [letters[2]])]
            continue
        _refuse_own(name)
        kind = _KINDS.get(name)
        count = kind.values if kind else _values_before_next(rest)
        if len(rest) < count:
            raise UsageError(f"{name}: {_number(count)} must follow this option of Nix")
        values, rest[:count] = rest[:count], []
        yield Option((name, *values), kind.phase if kind else Phase.BOTH, is_known=bool(kind))


def _values_before_next(words: Sequence[str]) -> int:
    return next((at for at, word in enumerate(words) if word.startswith("-")), len(words))


def _number(count: int) -> str:
    return "a value" if count == 1 else f"{count} values"


def _refuse_own(name: str) -> None:
    if reason := _OWN.get(name):
        raise UsageError(f"{name}: this option cannot be passed to Nix", reason)
    if not name.startswith("-") or name in {"-", "--"}:
        raise UsageError(
            f"{name!r}: expected an option of Nix after `--`", "images are named before `--`"
        )
    if name.startswith("--") and "=" in name:
        option, _, value = name.partition("=")
        raise UsageError(f"{name}: options of Nix take no `=`", f"write: {option} {value}")

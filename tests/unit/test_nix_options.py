"""Options after `--`: which program of Nix gets them, and which none gets."""

from __future__ import annotations

import pytest

from nixgen.errors import UsageError
from nixgen.programs.nix_options import Phase, words_for


@pytest.mark.parametrize(
    ("words", "evaluation", "builds"),
    [
        (["--arg", "x", "-j"], ["--arg", "x", "-j"], []),
        (["--argstr", "x", "--check"], ["--argstr", "x", "--check"], []),
        (["-I", "nixpkgs=/x", "--include", "/y"], ["-I", "nixpkgs=/x", "--include", "/y"], []),
        (["--check", "--dry-run", "--repair"], [], ["--check", "--dry-run", "--repair"]),
        (["--option", "cores", "-1"], ["--option", "cores", "-1"], ["--option", "cores", "-1"]),
        (["--keep-going", "--show-trace"], *[["--keep-going", "--show-trace"]] * 2),
        (["-kK"], *[["-k", "-K"]] * 2),
        (["-j4", "-vv"], *[["-j", "4", "-v", "-v"]] * 2),
        (["-Qj", "4"], *[["-Q", "-j", "4"]] * 2),
        (["--builders", ""], *[["--builders", ""]] * 2),
        (["--sandbox", "--fallback"], *[["--sandbox", "--fallback"]] * 2),
        (["--max-silent-time", "4", "-K"], *[["--max-silent-time", "4", "-K"]] * 2),
        (["--timeout", "5", "--cores", "2"], *[["--timeout", "5", "--cores", "2"]] * 2),
        (["--extra-sandbox-paths", "/a /b", "-K"], *[["--extra-sandbox-paths", "/a /b", "-K"]] * 2),
    ],
)  # fmt: skip
def test_options_go_where_they_belong(
    words: list[str], evaluation: list[str], builds: list[str]
) -> None:
    """nix-store knows no arguments of expressions, and nix-instantiate checks no builds."""
    assert evaluation == words_for(Phase.EVALUATION, words)
    assert builds == words_for(Phase.BUILDS, words)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--add-root", "x"], "--no-out-link"),
        (["--indirect"], "--no-out-link"),
        (["-o", "x"], "--no-out-link"),
        (["--out-link", "x"], "--no-out-link"),
        (["-A", "x"], "name images before"),
        (["--attr", "x"], "name images before"),
        (["--expr", "x"], "name images before"),
        (["--json"], "--json before"),
        (["--log-format", "raw"], "reads Nix's log itself"),
        (["--realise"], "chooses the operation"),
        (["-r"], "chooses the operation"),
        (["-kr"], "chooses the operation"),
        (["--keep-going", "--gc"], "chooses the operation"),
        (["--version"], "nixgen --version"),
        (["--help"], "nixgen --help"),
        (["--store", "/x"], "NIX_REMOTE"),
        (["web"], "images are named before"),
        (["--keep-going", "web"], "images are named before"),
        (["--"], "images are named before"),
        ([""], "images are named before"),
        (["--option", "cores"], "2 values must follow"),
        (["--arg", "x"], "2 values must follow"),
        (["--max-jobs"], "a value must follow"),
        (["-K", "-j"], "a value must follow"),
        (["--cores=4"], "write: --cores 4"),
    ],
)
def test_what_nix_may_not_be_passed_is_refused(words: list[str], reason: str) -> None:
    """The message says why, or what to write instead."""
    with pytest.raises(UsageError) as refusal:
        words_for(Phase.BUILDS, words)
    assert reason in str(refusal.value)

"""What Nix says of a failure, in the forms of its versions; the events were recorded."""

from __future__ import annotations

import pytest

from nixgen.programs.nix_message import own_words

RED, PURPLE, END = "\x1b[31;1m", "\x1b[35;1m", "\x1b[0m"
CODE = "            1| { a = builtins.head [ ]; }\n             |       ^"
HEAD = {
    "2.8.0": {
        "raw_msg": f"list index {PURPLE}0{END} is out of bounds",
        "msg": f"{RED}error:{END} list index {PURPLE}0{END} is out of bounds\n\n"
        f"       at {PURPLE}/x.nix:1:7{END}:\n\n{CODE}",
    },
    "2.26.3": {
        "raw_msg": f"'{PURPLE}builtins.head{END}' called on an empty list",
        "msg": f"{RED}error:{END}\n       … while evaluating the attribute '{PURPLE}a{END}'\n"
        f"         at {PURPLE}/y.nix:9:9{END}:\n{CODE}\n\n"
        f"       … while calling the '{PURPLE}head{END}' builtin\n"
        f"         at {PURPLE}/x.nix:1:7{END}:\n{CODE}\n\n"
        f"       {RED}error:{END} '{PURPLE}builtins.head{END}' called on an empty list",
    },
}
THROWN = {
    "2.8.0": {"raw_msg": "a\nerror: b", "msg": f"{RED}error:{END} a\n       error: b"},
    "2.26.3": {
        "raw_msg": "a\nerror: b",
        "msg": f"{RED}error:{END}\n       … while calling the '{PURPLE}throw{END}' builtin\n"
        f"         at {PURPLE}/x.nix:1:7{END}:\n{CODE}\n\n"
        f"       {RED}error:{END} a\n       error: b",
    },
}


@pytest.mark.parametrize("version", HEAD)
def test_the_place_stands_behind_the_words(version: str) -> None:
    """The words come first, then the place: the error's own, or that of the last step to it."""
    words, *rest = own_words(HEAD[version]).splitlines()
    assert words in (
        "error: list index 0 is out of bounds",
        "error: 'builtins.head' called on an empty list",
    )
    assert [line for line in rest if "at /x.nix:1:7:" in line]
    assert "/y.nix" not in "".join(rest)


@pytest.mark.parametrize("version", THROWN)
def test_a_throw_has_its_text_alone(version: str) -> None:
    """Where the code says something itself, the way to it is left out, and every line stays."""
    assert own_words(THROWN[version]) == "error: a\n       error: b"


@pytest.mark.parametrize(
    "event", [{"msg": "trace: x"}, {"msg": "error: y", "raw_msg": ""}, {"msg": "", "raw_msg": None}]
)
def test_other_messages_stay_whole(event: dict[str, str]) -> None:
    """A trace, and an error without a text of its own."""
    assert event["msg"] == own_words(event)

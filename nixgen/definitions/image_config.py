"""What the configuration of an image may hold, and the other data that container engines read.

Sources: the OCI image specification (config.md), the Docker image specification (v1.2), RFC 3339.
What is known to Nix alone is left to Nix.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches

from nixgen.definitions.validation import (
    Rule,
    Unmet,
    absolute_path,
    beginning,
    boolean,
    is_in_nix,
    is_literal,
    listing,
    problem,
    text,
    whole_number,
    within,
)
from nixgen.language import is_identifier

_LARGEST_INTEGER = 2**63 - 1
_MILLISECOND = 10**6  # ns
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", flags=re.ASCII)
_PORT = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/(?:tcp|udp|sctp))?")
_PROBES = ("NONE", "CMD", "CMD-SHELL")


def time(value: object) -> Unmet | None:
    """Allow a time by RFC 3339, and "now"."""
    if not is_literal(value) or value == "now":
        return text(value)
    if _TIME.fullmatch(value):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            return None
    return 'a time such as 1970-01-01T00:00:01Z, or "now"'


def store_path(value: object) -> Unmet | None:
    """Allow what names something in the Nix store: an expression, or a string that begins so."""
    start = beginning(value)
    if is_in_nix(value) or (start is None and isinstance(value, str)):
        return text(value)
    if start is not None and start.startswith("/nix/store/"):
        return text(value)
    return problem(
        "",
        "a package or another store path, such as pkgs.jq",
        value,
        remedy="a file of your own becomes a package in packages.nix",
    )


def _step(name: object) -> str:
    return f".{name}" if isinstance(name, str) and is_identifier(name) else f"[{name!r}]"


def _unless_in_nix(rule: Rule) -> Rule:
    return lambda value: None if is_in_nix(value) else rule(value)


def _dict_of(item_rule: Rule, name_rule: Rule, expected: str) -> Rule:
    def unmet(value: object) -> Unmet | None:
        if not isinstance(value, Mapping):
            return expected
        for name, item in value.items():
            found = name_rule(name)
            wrong = within(_step(name), found, name) if found else None
            wrong = wrong or within(_step(name), _unless_in_nix(item_rule)(item), item)
            if wrong:
                return wrong
        return None

    return unmet


def _keys(rules: Mapping[str, Rule], expected: str) -> Rule:
    """Allow a dict of the given keys, each with a value that its rule allows."""

    def unmet(value: object) -> Unmet | None:
        if not isinstance(value, Mapping):
            return expected
        for name, item in value.items():
            if name not in rules:
                return _unknown_key(name, rules)
            wrong = within(_step(name), _unless_in_nix(rules[name])(item), item)
            if wrong and item is not None:  # null is as good as no key
                return wrong
        return None

    return unmet


def _unknown_key(name: object, rules: Mapping[str, Rule]) -> Unmet:
    by_lower_case = {key.lower().replace("_", ""): key for key in rules}
    near = get_close_matches(str(name).lower().replace("_", ""), by_lower_case, n=1)
    remedy = f"did you mean {by_lower_case[near[0]]}?" if near else None
    return problem(_step(name), f"one of the keys {', '.join(rules)}", name, remedy=remedy)


def _dict(value: object) -> Unmet | None:
    return None if isinstance(value, Mapping) else "a dict, which may be empty"


def _port(name: object) -> Unmet | None:
    match = _PORT.fullmatch(name) if isinstance(name, str) else None
    numbers = [int(number) for number in match.groups() if number] if match else []
    right = numbers and all(0 < number < 2**16 for number in numbers)
    return None if right else 'a port such as "80/tcp"'


def _name(name: object) -> Unmet | None:
    return None if isinstance(name, str) and name else "a name that is a string"


def _variable(value: object) -> Unmet | None:
    if unmet := text(value):
        return unmet
    start = beginning(value)
    if start is None or not (start.startswith("=") or (is_literal(value) and "=" not in start)):
        return None
    return "NAME=VALUE"


def _variables(value: object) -> Unmet | None:
    if isinstance(value, Mapping):
        remedy = 'write a list: ["NAME=VALUE", ...]'
        return problem("", "a list of NAME=VALUE", value, remedy=remedy)
    return listing(_variable)(value)


def _words(value: object) -> Unmet | None:
    if isinstance(value, str):
        remedy = "write a list: a program and its arguments, each a string of its own"
        return problem("", "a list of strings", value, remedy=remedy)
    return listing(text)(value)


def _probe(value: object) -> Unmet | None:
    if isinstance(value, str):
        remedy = f'write ["CMD-SHELL", {value!r}]'
        return problem("", "a list of strings", value, remedy=remedy)
    if unmet := listing(text)(value):
        return unmet
    if isinstance(value, tuple) and value and is_literal(value[0]) and value[0] not in _PROBES:
        return problem("[0]", f"one of {', '.join(_PROBES)}", value[0])
    return None


def _duration(value: object) -> Unmet | None:
    if value == 0 and not isinstance(value, bool):
        return None
    if whole_number(_MILLISECOND, _LARGEST_INTEGER)(value) is None:
        return None
    expected = f"nanoseconds, 0 or a whole number from {_MILLISECOND}"
    return problem("", expected, value, remedy="a second is 10**9 nanoseconds")


labels = _dict_of(text, _name, "a dict of strings")
"""Allow the labels of an image, and the annotations of its manifest."""

health_check = _keys(
    {
        "Test": _probe,
        "Interval": _duration,
        "Timeout": _duration,
        "StartPeriod": _duration,
        "StartInterval": _duration,
        "Retries": whole_number(0),
    },
    "a dict with Test, Interval, Timeout, StartPeriod and Retries",
)
"""Allow a health check as Docker's image specification has it."""

image_config = _keys(
    {
        "ArgsEscaped": boolean,
        "AttachStderr": boolean,
        "AttachStdin": boolean,
        "AttachStdout": boolean,
        "Cmd": _words,
        "CpuShares": whole_number(0, _LARGEST_INTEGER),
        "Cpuset": text,
        "Domainname": text,
        "Entrypoint": _words,
        "Env": _variables,
        "ExposedPorts": _dict_of(_dict, _port, 'a dict such as {"80/tcp": {}}'),
        "Healthcheck": health_check,
        "Hostname": text,
        "Image": text,
        "Labels": labels,
        "MacAddress": text,
        "Memory": whole_number(0, _LARGEST_INTEGER),
        "MemorySwap": whole_number(-1, _LARGEST_INTEGER),
        "NetworkDisabled": boolean,
        "OnBuild": _words,
        "OpenStdin": boolean,
        "Shell": _words,
        "StdinOnce": boolean,
        "StopSignal": text,
        "StopTimeout": whole_number(0),
        "Tty": boolean,
        "User": text,
        "Volumes": _dict_of(_dict, absolute_path, 'a dict such as {"/var/lib/data": {}}'),
        "WorkingDir": absolute_path,
    },
    "a dict, of the keys of the OCI image specification's config",
)
"""Allow the `config` of an image."""

"""What apt says when it fails, in lines, with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixgen.files.disk_room import lacks_room

UPDATE_REMEDY = "run `apt-get update` as root, then try again"

_REMEDIES = {
    r"Could not resolve|Temporary failure resolving|[Cc]ould not connect|Unable to connect"
    r"|Connection (failed|timed out|refused|reset)|Network is unreachable|No route to host": (
        "the mirror cannot be reached: see to the network, to apt's proxy (Acquire::http::Proxy)"
        " or to the address in /etc/apt/sources.list.d"
    ),
    r"\s(401|403|407)\s|Unauthorized|Forbidden": (
        "the mirror, or a proxy before it, refuses: give apt its password in /etc/apt/auth.conf.d"
    ),
    r"\s(404|410)\s|Hash Sum mismatch|unexpected size|Version '.*' for '.*' was not found": (
        f"apt's lists are older than what the mirror has: {UPDATE_REMEDY}"
    ),
    r"could not be parsed or opened|problem with MergeList": (
        "apt's lists are damaged: remove what is in /var/lib/apt/lists, then"
        " run `apt-get update` as root"
    ),
    r"list of sources could not be read|Malformed|Syntax error|Conflicting values set": (
        "correct the file that apt names"
    ),
    r"unauthenticated packages|couldn't be verified|is not signed": (
        f"apt does not trust its lists: install the key of their archive, and {UPDATE_REMEDY}"
    ),
    r"held broken packages|unmet dependencies": (
        "take out of the project's packages those that exclude each other, or remove the pin in"
        " /etc/apt/preferences.d that keeps one back"
    ),
    r"method driver \S+ could not be found": (
        "install apt's method of that name (Debian: apt-transport-...), or use an http or https"
        " source"
    ),
    r"dpkg\S*: not found|exec\S* dpkg|dpkg\S* .*No such file": (
        "install dpkg, without which apt does not work"
    ),
}
# What apt explains on standard output begins with one of these and ends with a blank line.
_EXPLANATION = re.compile(
    r"^(The following packages have unmet dependencies:|Package \S+ is a virtual package)"
)


def explained(stdout: str, stderr: str) -> list[str]:
    """Return the lines that tell why apt failed: its explanations, then its errors."""
    lines = [*_explanations(stdout.splitlines()), *stderr.splitlines()]
    return [line.rstrip() for line in lines if line.strip()] or stdout.splitlines()


def _explanations(lines: list[str]) -> Iterator[str]:
    wanted = False
    for line in lines:
        wanted = bool(line.strip()) and (wanted or _EXPLANATION.match(line) is not None)
        if wanted:
            yield line


def remedies(lines: list[str]) -> list[str]:
    """Return what to do about a failure of apt that says this."""
    text = "\n".join(lines)
    if lacks_room(text):  # whatever else apt says comes of that
        return []
    return [remedy for pattern, remedy in _REMEDIES.items() if re.search(pattern, text)]


def providers(lines: list[str]) -> list[str]:
    """Return the names of the packages that provide a virtual one, as apt lists them."""
    return sorted({line.split()[0] for line in lines if line.startswith("  ")})

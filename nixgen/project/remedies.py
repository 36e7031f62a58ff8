"""What to write in the place of a wrong value, where the table of rules says nothing of its own."""

from __future__ import annotations

import re
from difflib import get_close_matches

from nixgen.errors import Problem

_RANGE = re.compile(r"a whole number from (-?\d+) to (-?\d+)")
_TOO_LONG = re.compile(r"at most (\d+) characters.*, got (\d+) characters")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_IN_QUOTES = re.compile(r"(['\"])(.*)\1")
_TWO = r'"[^"]+"(?: or "[^"]+")+'


def usual_remedy(problem: Problem) -> str | None:
    """Return what to write instead, by what is expected and what is given; None for nothing."""
    expected, given = problem.expected, problem.given or ""
    if found := _RANGE.search(expected):
        return _number(int(found[1]), int(found[2]), given)
    if found := _TOO_LONG.search(expected):
        return f"shorten it by {int(found[2]) - int(found[1])} characters"
    if re.fullmatch(_TWO, expected):
        return _one_of(re.findall('"([^"]+)"', expected), given)
    if expected.startswith("True or False"):
        return "write True or False, without quotes"
    if expected.startswith("a list"):
        return _list(expected, given)
    if expected.startswith("a dict"):
        return _dict(given)
    if say := _by_beginning(expected, given):
        return say
    return _string(expected, given) if "a string" in expected else None


def _number(smallest: int, largest: int, given: str) -> str:
    quoted = _IN_QUOTES.fullmatch(given)
    if quoted and _NUMBER.fullmatch(quoted[2]):
        return f"write {quoted[2]}, without quotes"
    if _NUMBER.fullmatch(given) and float(given) > largest:
        return f"write {largest} or less"
    return f"write a number without quotes, such as {max(smallest, min(1, largest))}"


def _one_of(words: list[str], given: str) -> str:
    near = get_close_matches(given.strip("'\""), words, n=1)
    return f'did you mean "{near[0]}"?' if near else f'write "{words[0]}", or leave it out'


def _list(expected: str, given: str) -> str:
    if given.startswith("["):
        return f"every item of the list has to be as in {expected}"
    if not given or given.startswith(("{", "a ")) or given == "None":
        return "write a list: [...]"
    return f"write a list: [{given}]"


def _dict(given: str) -> str:
    pairs = re.fullmatch(r"\['([^'=]+)=([^']*)'.*\]", given)
    return (
        f'write a dict: {{"{pairs[1]}": "{pairs[2]}"}}' if pairs else 'write a dict: {"...": ...}'
    )


def _string(expected: str, given: str) -> str:
    if _NUMBER.fullmatch(given):
        return f'write it in quotes: "{given}"'
    if given in ("True", "False"):
        return f'write a word in quotes, such as "{given.lower()}"'
    if "not empty" in expected:
        return "say what it shall be, or leave the argument out"
    return 'write a text in quotes: "..."'


def _name_like(given: str, refused: str, instead: str) -> str:
    near = re.sub(refused, instead, given.strip("'\"")).strip("-_.")
    return (
        f"write it like this: {near}" if re.fullmatch("[A-Za-z].*", near) else "begin with a letter"
    )


def _by_beginning(expected: str, given: str) -> str | None:
    if expected.startswith(("a tag of", "a service name")):
        return _name_like(given, "[^A-Za-z0-9_.-]+", "-")
    if expected.startswith("a job name"):
        return _name_like(given, "[^A-Za-z0-9_-]+", "_")
    return next((say for start, say in _OTHERS.items() if expected.startswith(start)), None)


_OTHERS = {
    "a DebianPackageSet or": 'write package_set=DebianPackageSet(packages=["..."])',
    "a Debian package name": "write it as `apt-cache search` shows it, without a version: "
    "debian.lock.json says which",
    "a FluentdPlugin": 'write FluentdPlugin(name="...", version="...", hash="sha256-...")',
    "a Fluentd(": "write fluentd=Fluentd(source=Source(...), filters=[Filter(...)])",
    "a Hydra(": 'write hydra=Hydra(repository="...", jobsets={"...": Jobset(...)})',
    "a JobsetInput": 'write JobsetInput(type="...", value="...")',
    "a Nix expression, such as": "an image of the project is docker_images.NAME; "
    "one of a registry becomes a PulledImage, which is docker_images.pulled.NAME",
    "a command or services, not both": "make a Service of the command, or leave services out",
    "a file or folder of the project": "make it, or mend the path, which begins in the "
    "project's folder",
    "a finite number": "leave nan and inf out",
    "a jobset name": "take letters, digits, underscores, dots and dashes alone",
    "a name used once": "give one of the two another name",
    "a port such as": 'write "80/tcp": {} for port 80',
    "a repository name of": "write a name such as team/app",
    "a repository name, [HOST": "leave the tag out: image_digest says which image it is",
    "a time such as": 'write "now", or a time with its zone',
    "amd64 or arm64": "x86_64 is amd64, aarch64 is arm64",
    "an Image, LayeredImage": 'write Image(name="...", command="...")',
    "an http or https address": "begin it with http:// or https://",
    "an order without a cycle": "take one of these names out of `after`",
    "a .nix file of the project": "name a file that ends in .nix, by its path in the project, "
    'or write nix("...")',
    "either source or text": "leave one of the two out, and say the other",
    "five fields of numbers": 'write "0 0 * * *" for once a day',
    "no format specification": "take the colon and what stands behind it out",
    "no path beside": "leave path out: nixgen makes the pipe",
    "nothing but source and filters": "outputs belong to the image or to the project",
    "null, a boolean, a number": "write a list in the place of a set or an iterator",
    "root, nobody, one of": 'write a number in quotes, such as "1000", or name the user in '
    "users={...} of the image",
    "sha256: and 64": "`nixgen packages prefetch` finds it",
    "the SHA-256 of": "write sha256- and what `nix-hash --flat --base64 --type sha256 FILE` prints",
    "the name of a plugin": 'write type="..."',
    "the name of a variable": 'the value stands behind a colon: {"NAME": "value"}',
    "text that UTF-8": "take the surrogate out: bytes that are no text cannot stand here",
    "text without the NUL": "take \\0 out",
    "a string as attribute name": 'write pkgs.NAME, or pkgs["NAME"]',
    "an image of the project": "define it in the project",
}
"""What to write, by the beginning of what is expected."""

"""Keep secrets out of what people read: messages, log lines, commands as they were run.

A secret is known by where it stands: in an address before the host, in its query, as the value of a
variable or an option whose name says so, in an Authorization header, in an environment entry that
is given to a container. Data on standard output is the user's own and is not changed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote, urlsplit

from attrs import frozen

MASK = "***"
# A shorter value may be part of any word; it is masked only where its name stands beside it.
_SHORTEST_SECRET = 6
_SHORTEST_ENTRY = 8

_NAME = (
    r"(?<![\w.-])[\w.-]*"
    r"(?:password|passwd|passphrase|secret|token|credential|signature|(?<![a-z])pass|_pwd|_pat"
    r"|(?:api|access|private|secret|signing)[_-]?key)s?(?![a-z])"
    r"(?![\w.-]*(?:file|path|dir|url|stdin|helper)\b)[\w.-]*"
)
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
_QUERY_NAME = rf"(?:{_NAME}|sig|key|code|auth|x-amz-[\w-]+)"

# A port may stand after a colon as well, and `@` in a path: https://host:80/name@version.
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # https://user:password@host, also where the password has a slash in it
        (
            r"(?<=://)(?!\*\*\*@)[^\s/@:'\"<>\[\]]{0,200}:(?!\d+/)[^\s@'\"<>]{0,1000}"
            r"(?:@[^\s/@'\"<>]{0,200}){0,9}@",
            f"{MASK}@",
        ),
        # https://token@host; a user of ssh is none
        (r"\b((?:https?|ftp)://)(?!\*\*\*@)[^\s/@:'\"<>]+@", rf"\1{MASK}@"),
        # user:password@host without a scheme, but not name:tag@sha256:...
        (
            r"(?<![\w./:@*-])([\w.+-]+):(?!//)([^\s/@:'\"<>]+)@(?!sha\d+:)(?=[\w\[])",
            rf"\1:{MASK}@",
        ),
        (rf"([?&;]{_QUERY_NAME}=)[^\s&;#'\"<>]*", rf"\1{MASK}"),
        (rf"(?<=')({_NAME}=)[^']*", rf"\1{MASK}"),
        (rf"(?<=\")({_NAME}=)[^\"]*", rf"\1{MASK}"),
        (rf"(?<![?&;'\"])({_NAME}=)(?![\"'])\S+", rf"\1{MASK}"),
        (rf"({_NAME}=)(?:'[^']*'|\"(?:[^\"\\]|\\.)*\")", rf"\1{MASK}"),
        (rf"({_NAME}\"?\s*[:=]\s*)\"(?:[^\"\\]|\\.)*\"", rf'\1"{MASK}"'),
        (rf"({_NAME}'?\s*[:=]\s*)'[^']*'", rf"\1'{MASK}'"),
        (rf"({_NAME} = )(?![\"'])\S+", rf"\1{MASK}"),
        # auth.json of docker and podman
        (r"(\"auth\"\s*:\s*)\"[^\"]*\"", rf'\1"{MASK}"'),
        # netrc, also apt's auth.conf, on one line or several
        (r"(\b(?:login|account)\s+\S*[^\s:]\s+password\s+)\S+", rf"\1{MASK}"),
        (r"((?:extra-)?access-tokens\s*=\s*)\S[^\n]*", rf"\1{MASK}"),
        (
            r"((?:(?:proxy-)?authorization|x-registry-auth|cookie)\s*[:=]\s*)[^\n'\"]+",
            rf"\1{MASK}",
        ),
        (r"\b(bearer|basic)\s+(?=\S*[\d=])[A-Za-z0-9._~+/-]{8,}=*(?![\w=\"])", rf"\1 {MASK}"),
    )
)  # fmt: skip


@frozen
class RedactedWords:
    """The words of a command without its secrets, and the secrets, to be taken out of its log."""

    words: tuple[str, ...]
    secrets: frozenset[str]


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text with a mask in place of each secret.

    Beside what stands where secrets stand, the given secrets and those of the environment are
    masked wherever they are.
    """
    for secret in sorted({*secrets, *_environment_secrets()}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _environment_secrets() -> Iterator[str]:
    for name, value in os.environ.items():
        found = [value] if _SECRET_NAME.fullmatch(name) else _passwords(name, value)
        yield from (each for each in found if len(each) >= _SHORTEST_SECRET)


def _passwords(name: str, value: str) -> list[str]:
    """Return the password of a proxy's address, as it is written and as it is meant."""
    if not name.lower().endswith("_proxy"):
        return []
    try:
        password = urlsplit(value if "//" in value else f"//{value}").password or ""
    except ValueError:
        return []
    return [password, unquote(password)]


def redact_words(words: Sequence[str]) -> RedactedWords:
    """Take the secrets out of the words of a command, each of which is an argument."""
    shown: list[str] = []
    secrets: set[str] = set()
    for at, word in enumerate(words):
        start, shortest = _secret_part(words[max(at - 2, 0) : at], word)
        if start is None:
            shown.append(redact(word))
            continue
        shown.append(word[:start] + MASK)
        if len(word) - start >= shortest:
            secrets.add(word[start:])
    return RedactedWords(tuple(shown), frozenset(secrets))


def _secret_part(before: Sequence[str], word: str) -> tuple[int | None, int]:
    """Return where in a word a secret begins, if one does, and how long it is at least.

    `before` holds the one or two words before it.
    """
    previous = before[-1] if before else ""
    if re.fullmatch(r"--env(-merge)?|-[dit]*e", previous) and "=" in word:
        return word.index("=") + 1, _shortest(word)
    if entry := re.match(r"(?:--env(?:-merge)?=|-[dit]*e)([\w.-]+)=", word):
        return entry.end(), _shortest(entry[1])
    if (option := re.match(r"--?([\w-]+)=", word)) and _is_secret(option[1]):
        return option.end(), _SHORTEST_SECRET
    named = before[0] in {"--option", "--arg", "--argstr"} if len(before) == 2 else False
    is_option = previous.startswith("--") and "=" not in previous and not word.startswith("-")
    if (named or is_option) and _is_secret(previous.lstrip("-")):
        return 0, _SHORTEST_SECRET
    return None, 0


def _shortest(entry: str) -> int:
    return _SHORTEST_SECRET if _is_secret(entry.partition("=")[0]) else _SHORTEST_ENTRY


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.fullmatch(name) is not None or name.endswith("creds")

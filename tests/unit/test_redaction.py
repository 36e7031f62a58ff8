"""Secrets stay out of messages, and nothing else does."""

from __future__ import annotations

import shlex
import string
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plumbum import local

from nixgen.errors import BuildError
from nixgen.programs import process
from nixgen.redaction import MASK, redact, redact_words

# What no message holds by chance, followed by what may upset a pattern.
characters = string.ascii_letters + string.digits + "._~!$*+-%"
secrets = st.builds("Zq9xQ7{}".format, st.text(alphabet=characters, max_size=9))
any_secrets = st.builds("Zq9xQ7{}".format, st.text(max_size=9))

CARRIERS = [
    "https://user:{}@mirror.example/debian/pool/x.deb: cannot be fetched",
    "unable to download 'http://:{}@host:8080/x': HTTP error 404",
    "git+https://user:{}@host/x.git#main",
    "https://{}@host.example/x.git",
    "registry 'user:{}@registry.example/path': expected a host",
    "http_proxy=http://proxy:{}@192.0.2.1:3128/ is not reached",
    "https://host/v2/x?service=y&access_token={}&scope=z",
    "https://host/x?X-Amz-Signature={}#there",
    "https://host/x?sig={}",
    "REGISTRY_PASSWORD={}",
    "the variables REGISTRY_PASSWORD={} and HOME=/root",
    "invalid argument 'DB_PASS={}' for --env",
    'env: "API_KEY={}"',
    "GITHUB_TOKEN={}",
    'password = "{}";',
    '{{"auths": {{"x": {{"password": "{}"}}}}}}',
    "error: {{'password': '{}'}}",
    "aws_secret_access_key = {}",
    "GITHUB_PAT={}",
    '{{"auths": {{"x": {{"auth": "{}"}}}}}}',
    "machine mirror.example login me password {}",
    "machine mirror.example\n  login me\n  password {}\n",
    "Authorization: Basic {}",
    "X-Registry-Auth: {}",
    "Set-Cookie: session={}; Secure",
    "  authorization: Bearer {}",
    "access-tokens = github.com={} gitlab.com={}",
    "--option extra-access-tokens=github.com={}",
]


@pytest.mark.parametrize("carrier", CARRIERS)
@given(secret=secrets)
def test_a_secret_is_masked_where_it_stands(carrier: str, secret: str) -> None:
    """In an address, a query, a variable, a header, a setting, whatever it is made of."""
    text = redact(carrier.format(secret, secret))
    assert "Zq9xQ7" not in text
    assert MASK in text
    assert text == redact(text)


@given(secret=any_secrets)
def test_a_quoted_password_in_an_address_is_masked(secret: str) -> None:
    """Any text can be a password once it is quoted for an address."""
    text = redact(f"E: Failed to fetch https://me:{quote(secret, safe='')}@mirror.example/x  404")
    assert f"E: Failed to fetch https://{MASK}@mirror.example/x  404" == text


WORDS = [
    ["podman", "create", "--env", "{}"],
    ["podman", "create", "-e", "{}"],
    ["podman", "create", "-dite", "{}"],
    ["podman", "create", "--env={}"],
    ["podman", "create", "-e{}"],
    ["podman", "create", "--env-merge", "{}"],
]


@pytest.mark.parametrize("words", WORDS)
@given(secret=any_secrets, name=st.sampled_from(["PASSWORD", "A", "x.y", "LANG"]))
def test_an_environment_entry_is_masked(words: list[str], secret: str, name: str) -> None:
    """Every one: what a container is given may be secret by any name."""
    given_words = [word.format(f"{name}={secret}") for word in words]
    shown = redact_words(given_words)
    assert "Zq9xQ7" not in " ".join(shown.words)
    assert f"{name}={MASK}" in shown.words[-1]


@pytest.mark.parametrize(
    "words",
    [
        ["--option", "access-tokens", "{}"],
        ["--access-tokens", "{}"],
        ["--argstr", "dbPassword", "{}"],
        ["--password", "{}"],
        ["--password={}"],
        ["--src-creds", "me:{}"],
        ["--creds=me:{}"],
        ["--registry-token", "{}"],
        ["--option", "substituters", "https://me:{}@cache.example"],
    ],
)
@given(secret=secrets)
def test_the_value_of_a_secret_option_is_masked(words: list[str], secret: str) -> None:
    """Options of Nix, skopeo, podman and docker."""
    shown = redact_words(["program", *(word.format(secret) for word in words), "last"])
    assert "Zq9xQ7" not in " ".join(shown.words)
    assert ("program", "last") == (shown.words[0], shown.words[-1])


@pytest.mark.parametrize(
    "text",
    [
        "podman pull docker://docker.io/library/alpine:3.19@sha256:" + "0" * 64,
        "localhost:5000/foo/bar:latest@sha256:" + "0" * 64,
        "https://host:8080/pkg@1.2.3",
        "http://[::1]:8080/pkg@1.2.3",
        "ssh://git@host.example/x.git and git@host.example:x.git",
        "REGISTRY_AUTH_FILE=/run/auth.json, PASSWORD_FILE=/run/x, HOME=/root",
        "set REGISTRY_PASSWORD or name an auth file",
        "the registry asks for basic authentication, a bearer token is missing",
        'WWW-Authenticate: Bearer realm="https://auth.example/token",service="x"',
        "images.py:12: dockerImages.web: services.api.user: expected a user, got 'www'",
        "--publish 8080:80 --memory 200m --password-stdin --authfile /x",
        "/nix/store/00000000000000000000000000000000-secret-tool-1.0.drv",
        "error: undefined variable 'token' at /x/password.nix:1:2: { password }: password",
        "login failed: password is wrong, PATH = /bin",
        "bypass=1 compass=2 TOKENIZERS=3 passed=4",
        "docker.io/x:y, https://host/?page=2&sort=name#top",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Digests, ports, names of variables and of files, and words that look alike."""
    assert text == redact(text)
    assert tuple(shlex.split(text)) == redact_words(shlex.split(text)).words


def test_secrets_of_the_environment_are_masked_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program may print them in a form of its own."""
    variables = {
        "REGISTRY_PASSWORD": "correct horse",
        "https_proxy": "http://me:battery%21staple@proxy.example:3128",
        "SOME_TOKEN": "abc",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    said = redact("said: <correct horse>, battery%21staple, battery!staple, abc, abcd")
    assert f"said: <{MASK}>, {MASK}, {MASK}, abc, abcd" == said


def test_a_failed_command_shows_no_secret() -> None:
    """Neither in its line, nor in its log, where the program repeats what it was given."""
    script = 'echo "refused: $3 and https://me:hunter22@host/" >&2; exit 3'
    command = local["sh"]["-c", script, "podman", "create", "--env", "KEY=correct horse"]
    with pytest.raises(BuildError) as failure:
        process.run(command)
    line, log = str(failure.value).splitlines()
    assert line.endswith(f"podman create --env KEY={MASK} failed with exit status 3")
    assert f"  | refused: KEY={MASK} and https://{MASK}@host/" == log


@pytest.mark.parametrize("part", ["a", "a.", "://a:b", "://a@", "token=", "'", 'x="', "?a", "@:"])
def test_long_lines_take_no_time(part: str) -> None:
    """Logs have lines of any length."""
    began = time.process_time()
    redact(part * (100_000 // len(part)))
    assert time.process_time() - began < 5

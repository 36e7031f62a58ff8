"""Environment files: the reader against the format of runenv(8), in an image's own shell."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from containers import running
from service_images import image

pytestmark = pytest.mark.container

FILES = 2000
SEED = 20131
BLANKS = b" \t\r\v\f"
ESCAPES = {b"n": b"\n", b"t": b"\t", b"_": b" ", b"\\": b"\\"}
BEFORE = {b"A": b"before", b"PORT1": b"before", b"dotted.name": b"before"}
OF_THE_SHELL = (b"PWD", b"OLDPWD", b"SHLVL", b"_")

NAMES = [b"A", b"B", b"PORT1", b"PORT2", b"dotted.name", b"da-sh", b"two words", b"IFS", b"-i"]
NAMES += [b"LC_ALL", b"BASH_ENV", "größe".encode(), b"\xff", b"'quoted'", b"$A", b"file", b"value"]
PIECES = [b" ", b"\t", b"\r", b"\v", b"\f", b"=", b"\\", b"\\n", b"\\t", b"\\_", b"\\\\", b"\\x"]
PIECES += [b"#", b"'", b'"', b"$A", b"$(id)", b"`id`", b"*", b"~", b"x", b"value", b"-u", b";"]
PIECES += ["ü\N{NO-BREAK SPACE}\N{EM SPACE}".encode(), b"\x01", b"\x85", b"\xa0", b"\xff\xfe"]

# The even numbers without a locale and the odd ones in a locale with wide characters.
READ_ALL = """
read_from() {
  for number in $(/bin/busybox seq "$1" 2 "$2"); do
    /usr/local/lib/perp/environment service "/files/$number" /bin/busybox env -0 \\
      >"/read/$number" 2>&1
  done
}
read_from 0 "$1" &
LANG=C.UTF-8 read_from 1 "$1" &
wait
"""


def unescape(value: bytes) -> bytes:
    return re.sub(rb"\\([nt_\\])", lambda found: ESCAPES[found[1]], value)


def apply_file(content: bytes, variables: dict[bytes, bytes]) -> None:
    for line in content.split(b"\n"):
        text = line.strip(BLANKS)
        name, equals, value = text.partition(b"=")
        name = name.rstrip(BLANKS)
        if not name or text.startswith(b"#"):
            continue
        if equals:
            variables[name] = unescape(value.lstrip(BLANKS))
        else:
            variables.pop(name, None)


def apply_folder(files: dict[bytes, bytes], variables: dict[bytes, bytes]) -> None:
    for name, content in files.items():
        value = content.split(b"\n")[0].strip(BLANKS)
        if value:
            variables[name] = unescape(value)
        else:
            variables.pop(name, None)


def some_value(chance: random.Random) -> bytes:
    value = b"".join(chance.choices(PIECES, k=chance.randrange(8)))
    return value * 5000 if chance.random() < 0.002 else value


def some_line(chance: random.Random) -> bytes:
    kind = chance.random()
    if kind < 0.1:
        return some_value(chance)
    if kind < 0.2:
        return b"#" + some_value(chance)
    blank = bytes(chance.choices(BLANKS, k=chance.randrange(3)))
    name = blank + chance.choice(NAMES) + blank
    return name if kind < 0.3 else name + b"=" + some_value(chance)


def some_file(chance: random.Random) -> bytes:
    lines = [some_line(chance) for _ in range(chance.randrange(8))]
    return chance.choice([b"\n", b"\r\n"]).join(lines) + chance.choice([b"\n", b""])


def some_folder(chance: random.Random) -> dict[bytes, bytes]:
    names = chance.sample(NAMES, k=chance.randrange(5))
    return {name: chance.choice([b"", b"\n"]).join([some_value(chance)] * 2) for name in names}


def parse(output: bytes) -> dict[bytes, bytes]:
    pairs = [item.partition(b"=") for item in output.split(b"\0")[:-1]]
    return {name: value for name, _, value in pairs if name not in OF_THE_SHELL}


def test_environment_files_are_read_as_runenv_documents(tmp_path: Path) -> None:
    """Each of 2,000 random files and folders sets and unsets just what its format says."""
    chance = random.Random(SEED)
    expected: dict[int, dict[bytes, bytes]] = {}
    (tmp_path / "read").mkdir()
    for number in range(FILES):
        path = tmp_path / "files" / str(number)
        path.parent.mkdir(exist_ok=True)
        variables = dict(BEFORE) | ({b"LANG": b"C.UTF-8"} if number % 2 else {})
        if number % 8:
            content = some_file(chance)
            path.write_bytes(content)
            apply_file(content, variables)
        else:
            folder = some_folder(chance)
            path.mkdir()
            for name, content in folder.items():
                (path / name.decode(errors="surrogateescape")).write_bytes(content)
            (path / ".hidden").write_bytes(b"x")
            apply_folder(folder, variables)
        expected[number] = variables

    volumes = [f"--volume={tmp_path}/{name}:/{name}" for name in ("files", "read")]
    command = ["/bin/busybox", "env", "-i", "A=before", "PORT1=before", "dotted.name=before"]
    command += ["/bin/bash", "-c", READ_ALL, "-", str(FILES - 1)]
    with running(image("surroundings"), *volumes, command=command) as container:
        assert 0 == container.wait(120), container.logs()

    for number, variables in expected.items():
        found = parse((tmp_path / "read" / str(number)).read_bytes())
        assert variables == found, f"file {number} of seed {SEED}"

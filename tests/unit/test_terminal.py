"""What the command writes to terminals and streams of every kind."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from nixgen.errors import ExitStatus

PROJECT = """\
from nixgen import Image, Project

project = Project(images={"web": Image(name="web", command="echo äß—☃ \\U0001f600")})
"""
SHOW_STEPS = """\
from nixgen.cli.progress import progress
from nixgen.cli.terminal import prepare_streams
from nixgen.programs.nix_log import Step

prepare_streams()
with progress() as show:
    for number in range(3):
        show(Step("building " + "äöü☃漢字" * 30, number, 3))
"""
SHOW_BYTES = """\
from nixgen.cli.terminal import prepare_streams
from nixgen.cli.transfer import transfer_progress

prepare_streams()
with transfer_progress() as count:
    count(123456789)
"""
ENCODINGS = {
    "C": {"LC_ALL": "C"},
    "C without coercion": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "strict ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "koi8-r": {"PYTHONIOENCODING": "koi8-r"},
    "utf-16": {"PYTHONIOENCODING": "utf-16"},
}
NOT_ASCII = re.compile(rb"[^\x00-\x7f]")


def nixgen(
    *words: str | bytes, folder: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "nixgen", *words],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "images.py").write_text(PROJECT, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("environment", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_any_encoding_takes_data_messages_and_help(
    project: Path, environment: dict[str, str]
) -> None:
    """Differences, messages and help are written, with escapes where it takes some."""
    differences = nixgen("emit", "--check", folder=project, environment=environment)
    assert ExitStatus.CHECK_FAILED == differences.returncode, differences.stderr
    assert b"Traceback" not in differences.stderr
    unknown = nixgen("list", "☃", folder=project, environment=environment)
    assert ExitStatus.USAGE == unknown.returncode, unknown.stderr
    missing = nixgen("build", "☃", folder=project, environment=environment)
    assert ExitStatus.USAGE == missing.returncode, missing.stderr
    helped = nixgen("build", "--help", folder=project, environment=environment)
    assert ExitStatus.DONE == helped.returncode, helped.stderr
    for done in (differences, unknown, missing, helped):
        assert b"a mistake in nixgen" not in done.stderr


def test_what_ascii_cannot_hold_is_written_in_escapes(project: Path) -> None:
    """So that it can be told what was meant."""
    environment = {"PYTHONIOENCODING": "ascii"}
    data = nixgen("emit", "--check", folder=project, environment=environment).stdout
    message = nixgen("build", "☃", folder=project, environment=environment).stderr
    assert rb"echo \xe4\xdf\u2014\u2603 \U0001f600" in data
    assert b"nixgen: \\u2603: the project has no such image" in message
    assert not NOT_ASCII.search(data + message)


def test_a_wrong_definition_with_any_character_is_shown(project: Path) -> None:
    """Surrogates, which no encoding holds, and characters that a terminal would obey."""
    for character in ("\\ud800", "\\x1b[2J", "\\x00"):
        text = PROJECT.replace('name="web"', f'name="web{character}"')
        (project / "images.py").write_text(text, encoding="utf-8")
        done = nixgen("emit", folder=project)
        assert ExitStatus.DEFINITION == done.returncode, done.stderr
        assert character.encode() in done.stderr
        assert b"\x1b" not in done.stderr


def test_a_folder_whose_name_is_no_text_is_named(tmp_path: Path) -> None:
    """File names are bytes; those that are no UTF-8 are escaped in messages."""
    folder = tmp_path / os.fsdecode(b"\xff\xfe")
    folder.mkdir()
    done = nixgen("--project", os.fsencode(folder), "emit", folder=tmp_path)
    assert ExitStatus.DEFINITION == done.returncode, done.stderr
    assert b"images.py: there is no definitions file" in done.stderr
    assert b"Traceback" not in done.stderr


def on_terminal(
    *command: str, folder: Path, environment: dict[str, str], columns: int = 80
) -> bytes:
    """Run the command with a terminal as standard error, and return what it was written."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    variables.pop("COLUMNS", None)
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**variables, "TERM": "xterm", **environment},
        stdout=subprocess.DEVNULL,
        stderr=follower,
    )
    os.close(follower)
    written = b""
    while select.select([leader], [], [], 60)[0]:
        try:
            written += os.read(leader, 4096)
        except OSError:
            break
    os.close(leader)
    process.wait()
    return written


WRONG = (sys.executable, "-m", "nixgen", "build", "nosuch")
STEPS = (sys.executable, "-c", SHOW_STEPS)
BYTES = (sys.executable, "-c", SHOW_BYTES)
COLOR = b"\x1b[31m"


@pytest.mark.parametrize(
    ("environment", "is_colored"),
    [
        ({}, True),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "0"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": ""}, False),
    ],
)
def test_a_terminal_gets_colors_unless_they_are_unwanted(
    project: Path, environment: dict[str, str], is_colored: bool
) -> None:
    """NO_COLOR counts when it holds something; a dumb terminal knows no colours."""
    written = on_terminal(*WRONG, folder=project, environment=environment)
    assert is_colored == (COLOR in written)
    assert b"nosuch: the project has no such image" in written


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_dumb_terminal_gets_a_line_for_each_step(tmp_path: Path, term: str) -> None:
    """Nothing moves its cursor."""
    written = on_terminal(*STEPS, folder=tmp_path, environment={"TERM": term})
    assert b"\x1b" not in written
    assert [b"[0/3]", b"[1/3]", b"[2/3]"] == re.findall(rb"^\[\d/3\]", written, re.MULTILINE)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_dumb_terminal_is_not_told_how_much_was_sent(tmp_path: Path, term: str) -> None:
    """A line for each number would be too many."""
    assert b"" == on_terminal(*BYTES, folder=tmp_path, environment={"TERM": term})


@pytest.mark.parametrize(("columns", "shown"), [(80, b"sent 123.5 MB"), (9, b"sent 123"), (1, b"")])
def test_what_was_sent_takes_one_line_of_a_terminal_at_most(
    tmp_path: Path, columns: int, shown: bytes
) -> None:
    """The line is cleared before and after."""
    written = on_terminal(*BYTES, folder=tmp_path, environment={}, columns=columns)
    assert [b"", shown, b""] == written.split(b"\r\x1b[K")


def test_a_stream_that_is_no_terminal_gets_a_line_for_each_step(tmp_path: Path) -> None:
    """A file is read later, line by line."""
    done = subprocess.run(STEPS, cwd=tmp_path, capture_output=True, check=True)
    assert b"\x1b" not in done.stderr
    assert b"\r" not in done.stderr
    assert 3 == len(done.stderr.splitlines())


@pytest.mark.parametrize("columns", [1, 2, 10, 37, 80])
def test_a_step_never_takes_more_than_one_line_of_a_terminal(tmp_path: Path, columns: int) -> None:
    """The width is that of the terminal behind standard error; wide characters take two columns."""
    written = on_terminal(*STEPS, folder=tmp_path, environment={}, columns=columns)
    for step in written.decode().split("\r\x1b[K"):
        width = sum(2 if character in "漢字" else 1 for character in step)
        assert width < columns
    assert b"\n" not in written


WITH_STREAMS = {
    ">&-": ExitStatus.DONE,
    "2>&-": ExitStatus.DONE,
    "<&- >&- 2>&-": ExitStatus.DONE,
    "2>/dev/full": ExitStatus.DONE,
    ">/dev/full": ExitStatus.USAGE,
}


@pytest.mark.parametrize(("streams", "status"), WITH_STREAMS.items(), ids=WITH_STREAMS.keys())
def test_a_stream_that_takes_nothing_keeps_no_file_from_being_written(
    project: Path, streams: str, status: ExitStatus
) -> None:
    """Messages that cannot be written are lost; data that cannot are told of, without traceback."""
    words = ["sh", "-c", f'"$0" -m nixgen emit {streams} && "$0" -m nixgen list {streams}']
    done = subprocess.run([*words, sys.executable], cwd=project, capture_output=True, check=False)
    assert (status, True) == (done.returncode, (project / "default.nix").is_file())
    told = b"nixgen: /dev/full: No space left on device\n" in done.stderr
    assert (streams == ">/dev/full", False) == (told, b"Traceback" in done.stderr)

"""The program that copies what a service prints to the container's log and to fluentd's pipe."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FORWARD = Path(__file__).parents[2] / "nix" / "fluentd" / "forward.py"
TIMEOUT = 20.0


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Reader:
    """Reads a pipe as fluentd does."""

    def __init__(self, pipe: Path) -> None:
        self.content = b""
        self._is_stopped = False
        self._descriptor = os.open(pipe, os.O_RDWR)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while not self._is_stopped:
            self.content += os.read(self._descriptor, 1 << 16)

    def stop(self) -> None:
        """Leave the pipe; the thread needs a byte to wake up."""
        if self._is_stopped:
            return
        self._is_stopped = True
        os.write(self._descriptor, b"\0")
        self._thread.join()
        os.close(self._descriptor)


class Forwarding:
    """A run of the program: the pipes at its ends, its log and its messages."""

    def __init__(self, folder: Path) -> None:
        self.output, self.fluentd = folder / "output", folder / "fluentd"
        self._log, self._messages = folder / "log", folder / "messages"
        os.mkfifo(self.output)
        os.mkfifo(self.fluentd)
        with self._log.open("wb") as log, self._messages.open("wb") as messages:
            self.process = subprocess.Popen(
                [sys.executable, "-IS", str(FORWARD), "svc", str(self.output), str(self.fluentd)],
                stdout=log,
                stderr=messages,
            )
        os.close(os.open(self.output, os.O_WRONLY))  # opens when the program has opened it

    def run_service(self, content: bytes) -> None:
        """Print as a service does that holds its pipe open, and end when all has been taken."""
        with self.output.open("r+b", buffering=0) as pipe:
            before = len(self.log)
            expected = before + len(content)
            while content:
                content = content[pipe.write(content) :]
            wait_until(lambda: len(self.log) == expected)

    @property
    def log(self) -> bytes:
        """What the program has written to its standard output."""
        return self._log.read_bytes()

    @property
    def messages(self) -> str:
        """What the program has written to its standard error."""
        return self._messages.read_text()


@pytest.fixture
def forwarding(tmp_path: Path) -> Iterator[Forwarding]:
    started = Forwarding(tmp_path)
    yield started
    started.process.kill()
    started.process.wait()


@pytest.fixture
def reader(forwarding: Forwarding) -> Iterator[Reader]:
    started = Reader(forwarding.fluentd)
    yield started
    started.stop()


def numbered(count: int, *, text: str = "x" * 90) -> bytes:
    return b"".join(f"{number} {text}\n".encode() for number in range(count))


def test_everything_arrives_twice(forwarding: Forwarding, reader: Reader) -> None:
    """A burst of 50,000 lines arrives unchanged in the log and at fluentd."""
    lines = numbered(50_000, text="naïve 漢字 \x00\x1b[1m")
    forwarding.run_service(lines)
    wait_until(lambda: len(reader.content) >= len(lines))
    assert (lines, lines) == (forwarding.log, reader.content)
    assert forwarding.messages == ""


def test_last_line_without_newline(forwarding: Forwarding, reader: Reader) -> None:
    """When a service ends in the middle of a line, fluentd gets that as a line of its own."""
    forwarding.run_service(b"one\ntwo")
    wait_until(lambda: reader.content.endswith(b"two\n"))
    forwarding.run_service(b"three")
    wait_until(lambda: reader.content.endswith(b"three\n"))
    assert (b"one\ntwothree", b"one\ntwo\nthree\n") == (forwarding.log, reader.content)


def test_line_in_pieces(forwarding: Forwarding, reader: Reader) -> None:
    """A line reaches fluentd in one piece, when its end is there."""
    with forwarding.output.open("r+b", buffering=0) as pipe:
        pipe.write(b"begin")
        wait_until(lambda: forwarding.log == b"begin")
        pipe.write(b"ning")
        wait_until(lambda: forwarding.log == b"beginning")
        assert reader.content == b""
        pipe.write(b" and end\n")
        wait_until(lambda: reader.content == b"beginning and end\n")


def test_endless_line(forwarding: Forwarding, reader: Reader) -> None:
    """A line of more than a megabyte is cut, and nothing of it is lost."""
    line = b"x" * (5 << 20)
    forwarding.run_service(line)
    wait_until(lambda: reader.content.count(b"x") == len(line))
    assert line == forwarding.log
    assert 1 < reader.content.count(b"\n") < 6


def test_nobody_reads(forwarding: Forwarding) -> None:
    """Without a reader the service goes on; lines are delivered later or dropped and counted."""
    lines = numbered(50_000)
    forwarding.run_service(lines)
    assert forwarding.messages == "svc: fluentd does not read; lines are dropped until it does\n"

    reader = Reader(forwarding.fluentd)
    wait_until(lambda: reader.content)
    forwarding.run_service(b"again\n")
    wait_until(lambda: reader.content.endswith(b"again\n"))
    delivered = reader.content.removesuffix(b"again\n")
    reader.stop()
    assert lines + b"again\n" == forwarding.log
    assert lines.startswith(delivered)
    assert delivered.endswith(b"\n")
    dropped = 50_000 - delivered.count(b"\n")
    assert f"svc: {dropped} lines did not reach fluentd" == forwarding.messages.splitlines()[1]


def test_reader_that_waits(forwarding: Forwarding) -> None:
    """While fluentd has the pipe but takes nothing, the service waits, and no line is dropped."""
    lines = numbered(50_000)
    descriptor = os.open(forwarding.fluentd, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    service = threading.Thread(target=forwarding.run_service, args=(lines,))
    service.start()
    time.sleep(2.5)
    assert service.is_alive()
    reader = Reader(forwarding.fluentd)
    service.join()
    wait_until(lambda: len(reader.content) >= len(lines))
    reader.stop()
    assert (lines, "") == (reader.content.rstrip(b"\0"), forwarding.messages)
    os.close(descriptor)


def test_end_while_the_reader_waits(forwarding: Forwarding, tmp_path: Path) -> None:
    """When it is told to end, it drops what is not taken, says how much, and ends."""
    descriptor = os.open(forwarding.fluentd, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    (tmp_path / "lines").write_bytes(numbered(50_000))
    with (tmp_path / "lines").open() as lines, forwarding.output.open("wb") as output:
        service = subprocess.Popen(["cat"], stdin=lines, stdout=output)
    wait_until(lambda: len(forwarding.log) > 1 << 16)
    time.sleep(1.5)
    assert service.poll() is None
    forwarding.process.terminate()
    service.kill()
    service.wait()
    forwarding.process.wait(TIMEOUT)
    assert "lines did not reach fluentd" in forwarding.messages
    os.close(descriptor)


def test_reader_that_comes_back(forwarding: Forwarding, reader: Reader) -> None:
    """What is printed while fluentd starts again is delivered when it reads again."""
    forwarding.run_service(b"before\n")
    wait_until(lambda: reader.content == b"before\n")
    reader.stop()
    forwarding.run_service(numbered(5000))
    following = Reader(forwarding.fluentd)
    wait_until(lambda: following.content == numbered(5000))
    following.stop()
    assert forwarding.messages == ""


def test_end(forwarding: Forwarding, reader: Reader) -> None:
    """When it is told to end, the program still copies what a running service prints."""
    with forwarding.output.open("r+b", buffering=0) as pipe:
        pipe.write(b"first\n")
        wait_until(lambda: forwarding.log == b"first\n")
        forwarding.process.terminate()
        pipe.write(b"last words")
        wait_until(lambda: forwarding.log.endswith(b"last words"))
        assert forwarding.process.poll() is None
    assert forwarding.process.wait(TIMEOUT) == 0
    wait_until(lambda: reader.content == b"first\nlast words\n")


def test_end_without_a_service(forwarding: Forwarding) -> None:
    """When no service runs, the program ends at once."""
    forwarding.process.terminate()
    assert forwarding.process.wait(TIMEOUT) == 0

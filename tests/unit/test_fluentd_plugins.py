"""The plugins for fluentd and the recorded configurations, with the real fluentd.

They run when NIXGEN_TEST_FLUENTD names its program.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "nix" / "fluentd" / "plugins"
VECTORS = json.loads((ROOT / "tests" / "data" / "fluentd-vectors.json").read_text())
PROGRAM = os.environ.get("NIXGEN_TEST_FLUENTD", "")
TIMEOUT = 30.0

pytestmark = pytest.mark.skipif(not PROGRAM, reason="NIXGEN_TEST_FLUENTD names no fluentd")

RECORD = re.compile(r"^\S+ \S+ \S+ (?P<tag>\S+): (?P<record>\{.*\})$", re.MULTILINE)


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Fluentd:
    """A running fluentd whose outputs print the records."""

    def __init__(self, folder: Path, conf: str, environment: dict[str, str]) -> None:
        self._log = folder / "log"
        file = folder / "fluentd.conf"
        file.write_text(f"{conf}<match log.**>\n  @type stdout\n</match>\n")
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "--no-supervisor", "-p", str(PLUGINS), "-c", str(file)],
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
            )
        wait_until(lambda: self.is_running)

    @property
    def is_running(self) -> bool:
        """Tell whether all plugins have started."""
        assert self.process.poll() is None, self.log
        return "fluentd worker is now running" in self.log

    @property
    def log(self) -> str:
        """What fluentd has printed."""
        return self._log.read_text()

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records that have come out, in their order."""
        return [
            json.loads(found["record"])
            for found in RECORD.finditer(self.log)
            if found["tag"].startswith("log.")
        ]

    def wait_for_records(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many records have come out, and return all of them."""
        wait_until(lambda: len(self.records) >= count)
        return self.records


@contextmanager
def running(folder: Path, conf: str, **environment: str) -> Iterator[Fluentd]:
    """Run fluentd with a configuration, to which an output is added."""
    fluentd = Fluentd(folder, conf, environment)
    try:
        yield fluentd
    finally:
        fluentd.process.kill()
        fluentd.process.wait()


def source(pipe: Path, *parameters: str) -> str:
    """Return the section of a source that reads the pipe."""
    lines = ["@type named_pipe", f"path {pipe}", "tag log.svc", *parameters]
    return "<source>\n" + "".join(f"  {line}\n" for line in lines) + "</source>\n"


@pytest.mark.parametrize(
    ("parameters", "line", "record"),
    [
        ([], "naïve 漢字", {"message": "naïve 漢字"}),
        (["format none"], "a: b", {"message": "a: b"}),
        (["format none", "message_key text"], "a", {"text": "a"}),
        (["format json"], '{"a": "漢字"}', {"a": "漢字"}),
        (
            [r"format /^(?<level>\w+): (?<message>.*)$/"],
            "INFO: a",
            {"level": "INFO", "message": "a"},
        ),
        (["format /^(?<level>info)/i"], "INFO", {"level": "INFO"}),
        (["<parse>", "  @type json", "</parse>"], '{"a": 1}', {"a": 1}),
    ],
)
def test_line_becomes_a_record(
    parameters: list[str], line: str, record: dict[str, Any], tmp_path: Path
) -> None:
    """The old `format` and a section `parse` tell how a line is read; the default is `none`."""
    with running(tmp_path, source(tmp_path / "pipe", *parameters)) as fluentd:
        (tmp_path / "pipe").write_text(f"{line}\n")
        assert [record] == fluentd.wait_for_records(1)


def test_time_of_a_line(tmp_path: Path) -> None:
    """The time in a line becomes the time of the event."""
    parameters = (r"format /^(?<time>\S+) (?<message>.*)$/", "time_format %Y-%m-%dT%H:%M:%S.%L%z")
    with running(tmp_path, source(tmp_path / "pipe", *parameters)) as fluentd:
        (tmp_path / "pipe").write_text("2018-04-04T16:47:20.125+0000 a\n")
        assert [{"message": "a"}] == fluentd.wait_for_records(1)
        assert "2018-04-04 16:47:20.125000000 +0000 log.svc: " in fluentd.log


def test_line_that_does_not_match(tmp_path: Path) -> None:
    """A line that the parser does not take is reported, and the others arrive."""
    with running(tmp_path, source(tmp_path / "pipe", r"format /^(?<n>\d+)$/")) as fluentd:
        (tmp_path / "pipe").write_text("1\nbad line\n2\n")
        assert [{"n": "1"}, {"n": "2"}] == fluentd.wait_for_records(2)
        assert re.search(r"\[warn\]: pattern not matched .*bad line", fluentd.log)


def test_line_without_its_time(tmp_path: Path) -> None:
    """Whatever is wrong with a line, it is reported, and costs no other."""
    parameters = (r"format /^(?<time>[^ ]*) (?<message>.*)$/", "time_format %Y-%m-%d")
    with running(tmp_path, source(tmp_path / "pipe", *parameters)) as fluentd:
        (tmp_path / "pipe").write_text("2018-04-04 a\n2018-04-04 b\nno time\n2018-04-04 d\n")
        messages = [record["message"] for record in fluentd.wait_for_records(3)]
        assert ["a", "b", "d"] == messages
        assert re.search(r'\[warn\]: .*line cannot be parsed .*line="no time"', fluentd.log)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


FORWARD = """\
<match log.**>
  @type copy
  <store>
    @type file
    path {folder}/copy
    <buffer>
      flush_mode immediate
    </buffer>
  </store>
  <store>
    @type forward
    heartbeat_type none
    <server>
      host 127.0.0.1
      port {port}
    </server>
    <buffer>
      total_limit_size 96k
      chunk_limit_size 32k
      flush_interval 0.1s
      flush_thread_interval 0.05
      flush_thread_burst_interval 0.05
      retry_wait 0.1s
      retry_max_interval 0.2s
    </buffer>
  </store>
</match>
"""


def test_lines_wait_for_an_output_that_comes_back(tmp_path: Path) -> None:
    """While nobody takes what is forwarded the writer waits, and every line arrives once."""
    lines, port = 5_000, free_port()
    conf = source(tmp_path / "pipe") + FORWARD.format(folder=tmp_path, port=port)
    (tmp_path / "other").mkdir()
    with running(tmp_path, conf) as fluentd:
        text = "".join(f"{number} {'x' * 90}\n" for number in range(lines))
        writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(text,))
        writer.start()
        wait_until(lambda: "waits until the outputs take lines again" in fluentd.log)
        assert writer.is_alive()
        receiver = f"<source>\n  @type forward\n  bind 127.0.0.1\n  port {port}\n</source>\n"
        with running(tmp_path / "other", receiver) as other:
            other.wait_for_records(lines)
            writer.join()
            found = [int(record["message"].split()[0]) for record in other.records]
        assert list(range(lines)) == sorted(found)
        copied = "".join(file.read_text() for file in tmp_path.glob("copy*/*"))
        copied += "".join(file.read_text() for file in tmp_path.glob("copy*.log"))
        assert lines == copied.count("x" * 90)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are replaced, and do not stop what follows."""
    with running(tmp_path, source(tmp_path / "pipe")) as fluentd:
        (tmp_path / "pipe").write_bytes(b"\xff\xfea\nb\n")
        assert [{"message": "\ufffd\ufffda"}, {"message": "b"}] == fluentd.wait_for_records(2)


def test_writers_in_turn(tmp_path: Path) -> None:
    """Writers come and go, and a burst of 50,000 lines is complete."""
    with running(tmp_path, source(tmp_path / "pipe")) as fluentd:
        for number in range(5):
            lines = [f"{number} {line} é\n" for line in range(10_000)]
            (tmp_path / "pipe").write_text("".join(lines))
        records = fluentd.wait_for_records(50_000)
        expected = [f"{number} {line} é" for number in range(5) for line in range(10_000)]
        assert expected == [record["message"] for record in records]


def test_stop(tmp_path: Path) -> None:
    """The last words without a newline are read before the plugin stops, within a second."""
    with running(tmp_path, source(tmp_path / "pipe")) as fluentd:
        (tmp_path / "pipe").write_text("first\nlast words")
        fluentd.wait_for_records(1)
        before = time.monotonic()
        fluentd.process.terminate()
        wait_until(lambda: "shutting down output plugin" in fluentd.log)
        assert time.monotonic() - before < 2
        assert fluentd.process.wait(TIMEOUT) == 0
        assert [{"message": "first"}, {"message": "last words"}] == fluentd.records


METADATA = "<filter>\n  @type generic_metadata\n</filter>\n"


def test_metadata_of_the_environment(tmp_path: Path) -> None:
    """Names come from the environment, and a field that the record has stays."""
    environment = {
        "APPLICATION_NAME": "app",
        "SERVICE_NAME": "service",
        "POD_NAMESPACE": "space",
        "POD_NAME": "pod-1",
    }
    conf = source(tmp_path / "pipe", "format json") + METADATA
    with running(tmp_path, conf, **environment) as fluentd:
        (tmp_path / "pipe").write_text('{"message": "a"}\n{"service_name": "own"}\n')
        first, second = fluentd.wait_for_records(2)
    found = {
        "application_name": "app",
        "service_name": "service",
        "kubernetes_namespace": "space",
        "kubernetes_pod_name": "pod-1",
    }
    first.pop("container_id", None)
    second.pop("container_id", None)
    assert {**found, "message": "a"} == first
    assert {**found, "service_name": "own"} == second


def test_metadata_without_an_environment(tmp_path: Path) -> None:
    """The service is named by the tag, the pod by the host."""
    environment = {"APPLICATION_NAME": "", "SERVICE_NAME": "", "POD_NAME": "", "POD_NAMESPACE": ""}
    with running(tmp_path, source(tmp_path / "pipe") + METADATA, **environment) as fluentd:
        (tmp_path / "pipe").write_text("a\n")
        (record,) = fluentd.wait_for_records(1)
    assert record["service_name"] == "svc"
    assert record["kubernetes_pod_name"] == os.uname().nodename
    assert "application_name" not in record


@pytest.mark.parametrize(
    "vector", VECTORS["documents"], ids=lambda vector: str(vector["input"])[:60]
)
def test_recorded_configurations(vector: dict[str, Any], tmp_path: Path) -> None:
    """A recorded configuration gets the recorded answer of a dry run."""
    file = tmp_path / "fluentd.conf"
    file.write_text(vector["conf"])
    command = [PROGRAM, "--dry-run", "-p", str(PLUGINS), "-c", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert vector["dry_run"] == done.returncode, done.stdout + done.stderr

"""What fluentd does in an image, from what its services ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fluentd_writer import evaluate, refusal_of

pytestmark = pytest.mark.nix

READ = 'readImage { context = "image x: "; inherit (data) fluentd services; }'

GENERIC_FILTER = """
<filter>
  @type generic_metadata
</filter>
"""
DEFAULT_OUTPUT = """
<match log.**>
  @type forward
  time_as_integer true
  <server>
    host fluentd.localdomain
    name local
  </server>
</match>
"""
STDOUT = {"source": {"type": "stdout"}}


def data(fluentd: object, **services: object) -> dict[str, Any]:
    """Return an image, with what it asks of fluentd and what each of its services does."""
    listed = [{"name": name, "fluentd": asked} for name, asked in services.items()]
    return {"fluentd": fluentd, "services": listed}


def text(folder: Path, fluentd: object = None, **services: object) -> str:
    """Return the configuration of an image."""
    return str(evaluate(folder, f"({READ}).text", data(fluentd, **services)))


def test_output_of_a_service(tmp_path: Path) -> None:
    """What a service prints is read from its pipe, filtered, and forwarded by default."""
    expected = """\
<source>
  @type named_pipe
  format none
  path /var/run/fluentd/bar
  tag log.bar
</source>
"""
    assert expected + GENERIC_FILTER + DEFAULT_OUTPUT == text(tmp_path, bar=STDOUT)


def test_two_services(tmp_path: Path) -> None:
    """Each service has a source of its own, with a regexp exactly as it was given."""
    regexp = r"/^(?<time>[^ ]+) (?<classname>[^ ]+) \[(?<level>[^\]]+)\] (?<message>.*)$/"
    source = {"type": "stdout", "time_format": "%H:%M:%S.%L", "format": regexp}
    expected = (
        """\
<source>
  @type named_pipe
  format none
  path /var/run/fluentd/service1
  tag log.service1
</source>

<source>
  @type named_pipe
"""
        f"  format {regexp}\n"
        """\
  path /var/run/fluentd/service2
  tag log.service2
  time_format %H:%M:%S.%L
</source>
"""
    )
    services = {"service1": STDOUT, "service2": {"source": source}}
    assert expected + GENERIC_FILTER + DEFAULT_OUTPUT == text(tmp_path, **services)


def test_other_source_and_filters(tmp_path: Path) -> None:
    """Another source gets a tag; filters keep their order and have their own tag or a default."""
    cool = {"key": "message", "pattern": "cool"}
    web = {"key": "hostname", "pattern": r"^web\d+\.example\.com$"}
    service = {
        "source": {"type": "syslog", "port": 1234, "with_priority": False},
        "filters": [
            {"type": "grep", "regexp": cool},
            {"type": "grep", "tag": "**", "regexp": [cool, web]},
        ],
    }
    expected = (
        """\
<source>
  @type syslog
  port 1234
  tag log.service2
  with_priority false
</source>
"""
        + GENERIC_FILTER
        + r"""
<filter log.service2>
  @type grep
  <regexp>
    key message
    pattern cool
  </regexp>
</filter>

<filter **>
  @type grep
  <regexp>
    key message
    pattern cool
  </regexp>
  <regexp>
    key hostname
    pattern ^web\d+\.example\.com$
  </regexp>
</filter>
"""
        + DEFAULT_OUTPUT
    )
    assert expected == text(tmp_path, service2=service)


def test_argument_of_a_filter_takes_the_place_of_its_tag(tmp_path: Path) -> None:
    """A filter with an argument has no tag beside it."""
    found = text(tmp_path, web={"filters": [{"_arg": "log.**", "type": "grep"}]})
    assert "\n<filter log.**>\n  @type grep\n</filter>\n" in found


def test_outputs_of_the_image(tmp_path: Path) -> None:
    """The outputs of the image replace the default one."""
    outputs = [{"tag": "log.a", "type": "null"}, {"type": "stdout", "format": {"type": "json"}}]
    expected = """
<match log.a>
  @type null
</match>

<match **>
  @type stdout
  <format>
    @type json
  </format>
</match>
"""
    made = text(tmp_path, {"outputs": outputs}, a=STDOUT)
    assert expected == made[-len(expected) :]
    assert DEFAULT_OUTPUT not in made


PIPE = "@type named_pipe\n"
PATH = "path /var/run/fluentd/a\n"


@pytest.mark.parametrize(
    ("source", "section"),
    [
        ({"type": "stdout", "tag": "other"}, f"{PIPE}format none\n{PATH}tag other\n"),
        ({"type": "stdout", "tag": None}, f"{PIPE}format none\n{PATH}tag log.a\n"),
        ({"@type": "stdout"}, f"{PIPE}format none\n{PATH}tag log.a\n"),
        ({"type": "stdout", "format": "json"}, f"{PIPE}format json\n{PATH}tag log.a\n"),
        (
            {"type": "stdout", "parse": {"type": "json"}},
            f"{PIPE}{PATH}tag log.a\n<parse>\n@type json\n</parse>\n",
        ),
        ({"type": "tcp", "tag": "other"}, "@type tcp\ntag other\n"),
        ({"type": "tcp", "tag": None, "port": 1}, "@type tcp\nport 1\n"),
    ],
)
def test_parameters_of_sources(source: dict[str, Any], section: str, tmp_path: Path) -> None:
    """The format and the tag are added where they are missing, and nothing else is changed."""
    made = text(tmp_path, a={"source": source}).replace("  ", "")
    assert f"<source>\n{section}</source>\n" == made.partition("\n\n")[0] + "\n"


def test_labels_of_the_image(tmp_path: Path) -> None:
    """Each label is a section behind the outputs, its filters before its outputs."""
    labels = {
        "@B": {
            "outputs": [{"type": "copy", "store": [{"type": "null"}, {"type": "stdout"}]}],
            "filters": [{"type": "grep"}],
        },
        "@A": {},
    }
    expected = """
<match a>
  @type relabel
  @label @B
</match>

<label @A>
</label>

<label @B>
  <filter **>
    @type grep
  </filter>
  <match **>
    @type copy
    <store>
      @type null
    </store>
    <store>
      @type stdout
    </store>
  </match>
</label>
"""
    outputs = [{"tag": "a", "type": "relabel", "@label": "@B"}]
    assert text(tmp_path, {"outputs": outputs, "labels": labels}, bar=STDOUT).endswith(expected)


def test_services_without_a_source(tmp_path: Path) -> None:
    """A source without a type is none; the filters stay where another service has a source."""
    filters = [{"type": "grep"}]
    without = {"source": {"tag": "x"}, "filters": filters}
    image = evaluate(tmp_path, READ, data(None, a=None, b=without, c=STDOUT, d={}))
    assert (image["isNeeded"], image["captured"], image["readByOthers"]) == (True, ["c"], [])
    assert image["text"].count("<source>") == 1
    assert "<filter log.b>" in image["text"]


def test_nobody_asks_for_fluentd(tmp_path: Path) -> None:
    """An image whose services have no source needs no fluentd."""
    image = data({"outputs": []}, a=None, b={"source": {}}, c={"filters": []})
    assert not evaluate(tmp_path, f"({READ}).isNeeded", image)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (
            data(None, a={**STDOUT, "outputs": [{"type": "null"}]}),
            "services.a.fluentd.outputs: expected nothing but source and filters here, "
            "got [ a set ]",
        ),
        (
            data(None, a=3),
            "services.a.fluentd: expected a set of source, filters, outputs, labels, got 3",
        ),
        (
            data(None, a={"source": "stdout"}),
            'services.a.fluentd.source: expected a set, got "stdout"',
        ),
        (
            data(None, a={"source": {"type": "stdout", "path": "/log"}}),
            'services.a.fluentd.source.path: expected no path beside the type stdout, got "/log"',
        ),
        (
            data(None, a={**STDOUT, "filters": {"type": "grep"}}),
            "services.a.fluentd.filters: expected a list of sets, got a set",
        ),
        (
            data({"outputs": [{"type": "file", "buffer": {"foo-bar": {}}}]}, a=STDOUT),
            "fluentd.outputs[0].buffer.foo-bar: expected the name of a section, of letters, digits"
            ' and _, got "foo-bar"',
        ),
        (
            data({"labels": {"@ROOT": {}}}, a=STDOUT),
            'fluentd.labels."@ROOT": expected the name of a label, which begins with @ and is not '
            '@ROOT, got "@ROOT"',
        ),
        (
            data({"labels": {"@A": {"source": {}}}}, a=STDOUT),
            'fluentd.labels."@A": expected a set of filters and outputs, got a set',
        ),
        (
            data({"labels": {"@A": {"outputs": [{"type": "copy"}]}}}, a=STDOUT),
            'fluentd.labels."@A".outputs[0].store: expected a set for each store, got none',
        ),
        (
            data({"filters": [{"type": "grep"}]}, a=STDOUT),
            "fluentd.filters: expected nothing but outputs and labels here, got [ a set ]",
        ),
    ],
)
def test_wrong_definitions(image: dict[str, Any], message: str, tmp_path: Path) -> None:
    """The message has the path of the value, what was expected and what was given."""
    assert f"error: image x: {message}\n" in refusal_of(tmp_path, f"({READ}).text", image)

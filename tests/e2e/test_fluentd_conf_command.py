"""`nixgen fluentd-conf`, and the same by hand with Nix alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from project import copy_lock, nixgen, output, run

from nixgen.errors import ExitStatus

pytestmark = pytest.mark.nix

DEFINITIONS = """\
from nixgen import Filter, Fluentd, Image, Output, Project, Service, Source

grep = {"key": "message", "pattern": "cool"}
project = Project(
    images={
        "quiet": Image(name="foo/quiet", command="true"),
        "talking": Image(
            name="foo/bar", command="true", fluentd=Fluentd(source=Source(type="stdout"))
        ),
        "mistaken": Image(
            name="foo/mistaken",
            services=[
                Service(
                    name="a",
                    command="true",
                    fluentd=Fluentd(source=Source(type="stdout", wrong=1)),
                ),
                Service(
                    name="b",
                    command="true",
                    fluentd=Fluentd(
                        source=Source(type="stdout"),
                        filters=[Filter(type="grep", regexp={**grep, "wrong": 1})],
                    ),
                ),
            ],
        ),
        "refused": Image(
            name="foo/refused", command="true", fluentd=Fluentd(source=Source(type="refused"))
        ),
    },
    fluentd=Fluentd(outputs=[Output(tag="log.**", type="stdout")]),
)
"""

CONF = """\
<source>
  @type named_pipe
  format none
  path /var/run/fluentd/bar
  tag log.bar
</source>

<filter>
  @type generic_metadata
</filter>

<match log.**>
  @type stdout
</match>
"""

# Says what fluentd 1.14.4 says of the parameter "wrong" and of the plugin "refused".
DRY_RUN = r"""#!/bin/sh
time='2026-01-01 00:00:00 +0000'
echo "$time [info]: starting fluentd-1.14.4 as dry run mode ruby=\"3.1.7\""
for conf; do :; done
if grep -q '@type refused' "$conf"; then
  echo "$time [error]: config error file=\"$conf\"" \
    "error_class=Fluent::ConfigError error=\"Unknown input plugin 'refused'. Run 'gem search" \
    "-rd fluent-plugin' to find plugins\""
  exit 1
fi
sed -n -e '/^ *<[^/]/h' -e "/^ *wrong 1/{
  g
  s/^ *//
  s/.*/$time [warn]: parameter 'wrong' in &\\n  wrong 1\\n<\\/> is not used./p
}" "$conf"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project whose files are all written."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "images.py").write_text(DEFINITIONS)
    copy_lock(folder)
    output(nixgen("emit", folder=folder))
    return folder


@pytest.fixture(scope="module")
def fluentd(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the real fluentd, if the tests have one, or else a script that speaks like it."""
    if real := os.environ.get("NIXGEN_TEST_FLUENTD"):
        return real
    script = tmp_path_factory.mktemp("program") / "fluentd"
    script.write_text(DRY_RUN)
    script.chmod(0o755)
    return str(script)


def test_path_and_text(project: Path) -> None:
    """The path is printed, or with --show the text; the image goes by its attribute or name."""
    path = output(nixgen("fluentd-conf", "talking", folder=project))
    assert path.endswith("-fluentd.conf")
    assert Path(path).read_text() == CONF
    assert nixgen("fluentd-conf", "foo/bar", "--show", folder=project).stdout == CONF


def test_by_hand(project: Path) -> None:
    """One file is found in the closure of the image's derivation, and can be realised alone."""
    by_hand = (
        "nix-store --realise "
        "$(nix-store -qR $(nix-instantiate -A dockerImages.talking) | grep fluentd.conf)"
    )
    path = output(run("sh", "-c", by_hand, folder=project))
    assert path == output(nixgen("fluentd-conf", "talking", folder=project))


def test_check(project: Path, fluentd: str) -> None:
    """A configuration that fluentd takes passes the check."""
    words = ("fluentd-conf", "talking", "--check", "--fluentd", fluentd)
    assert output(nixgen(*words, folder=project)).endswith("-fluentd.conf")


def test_check_finds_names_that_are_not_used(project: Path, fluentd: str) -> None:
    """Parameters that fluentd does not know fail the check, with service and parameter."""
    done = nixgen("fluentd-conf", "mistaken", "--check", "--fluentd", fluentd, folder=project)
    assert (done.returncode, done.stdout) == (ExitStatus.CHECK_FAILED, "")
    assert [line for line in done.stderr.splitlines() if "building" not in line] == [
        "nixgen: dockerImages.mistaken: fluentd does not take the configuration",
        "  images.py:13: services.a.fluentd.source: parameter 'wrong' in <source> is not used",
        "  images.py:18: services.b.fluentd.filters[0]: parameter 'wrong' in <regexp> is not used",
    ]


def test_check_finds_errors(project: Path, fluentd: str) -> None:
    """What fluentd refuses fails the check, with the service."""
    done = nixgen("fluentd-conf", "refused", "--check", "--fluentd", fluentd, folder=project)
    assert done.returncode == ExitStatus.CHECK_FAILED
    assert "services.refused.fluentd.source: Unknown input plugin 'refused'" in done.stderr


def test_check_without_gems(project: Path) -> None:
    """Where fluentd's gems cannot be had, the message names them, and how to give them."""
    nowhere = {"NIXGEN_GEM_SOURCES": "http://127.0.0.1:9/", "NIXGEN_GEMS": ""}
    done = nixgen("fluentd-conf", "talking", "--check", folder=project, environment=nowhere)
    assert done.returncode == ExitStatus.BUILD
    assert "cannot be had from any source of gems" in done.stderr
    assert "NIXGEN_GEMS=FOLDER" in done.stderr


def test_image_without_a_source(project: Path) -> None:
    """An image whose services have no source has no configuration."""
    done = nixgen("fluentd-conf", "quiet", folder=project)
    assert done.returncode == ExitStatus.USAGE
    assert "dockerImages.quiet: no service of the image has a source for fluentd" in done.stderr


def test_unknown_image(project: Path) -> None:
    """A name that no image has is answered with the nearest ones."""
    done = nixgen("fluentd-conf", "talkin", folder=project)
    assert done.returncode == ExitStatus.USAGE
    assert "talkin: the project has no such image\n  did you mean talking" in done.stderr


def test_package_set_without_fluentd(project: Path) -> None:
    """Building fluentd where the package set has none ends in a message that says so."""
    words = ("--no-out-link", "-A", "fluentdCw", "--arg", "fluentd", "null")
    done = run("nix-build", *words, folder=project)
    assert done.returncode != 0
    assert "The package set has no fluentd, which this image needs." in done.stderr


def test_fluentd_with_plugins(project: Path, tmp_path: Path) -> None:
    """fluentdCw is the given fluentd, called with our plugins."""
    program = tmp_path / "given" / "bin" / "fluentd"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\nls "$2"\necho "$3"\n')
    program.chmod(0o755)
    words = ("--no-out-link", "-A", "fluentdCw", "--arg", "fluentd", str(tmp_path / "given"))
    built = output(run("nix-build", *words, folder=project))
    printed = output(run(f"{built}/bin/fluentd", "--version", folder=project)).split()
    assert printed == ["filter_generic_metadata.rb", "in_named_pipe.rb", "--version"]

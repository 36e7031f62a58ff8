"""fluentd in the debian set: Ruby, gems by their hashes, and what is said where one is missing."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from gems import GEMS, gem_folder, make_gem, package_set_with_gems, sri
from package_set import LOCK, REPOSITORY
from project import output, run

pytestmark = pytest.mark.nix

NOWHERE = {"NIXGEN_GEM_SOURCES": "http://127.0.0.1:9/", "NIXGEN_GEMS": ""}
PLUGIN = """\
require 'fluent/plugin/filter'

class Fluent::Plugin::ShoutFilter < Fluent::Plugin::Filter
  Fluent::Plugin.register_filter('shout', self)
  def filter(_tag, _time, record) = record.transform_values { |value| value.to_s.upcase }
end
"""
NEEDED_BY_FLUENTD = ("cool.io", "http/parser", "msgpack", "strptime", "tzinfo", "webrick", "yajl")
with_gems = pytest.mark.skipif(not gem_folder(), reason=f"{GEMS} names no folder of gems")


def build(
    expression: str, folder: Path, environment: Mapping[str, str] = NOWHERE
) -> subprocess.CompletedProcess[str]:
    """Build an expression of the package set `pkgs`, without any index of gems."""
    text = f"let pkgs = import {REPOSITORY}/nix/package-sets/debian {{ lock = {LOCK}; }}; in "
    words = ("nix-build", "--no-out-link", "-E", text + expression)
    return run(*words, folder=folder, environment=environment)


def fetched(gem: Path, **changes: str) -> str:
    values = {"name": gem.stem.removesuffix("-1.0"), "version": "1.0", "hash": sri(gem), **changes}
    pairs = "".join(f'{name} = "{value}"; ' for name, value in values.items())
    return f"pkgs.fetchGem {{ {pairs}}}"


@pytest.fixture
def gem(tmp_path: Path) -> Path:
    folder = tmp_path / "gems"
    folder.mkdir()
    return make_gem(folder, "shout", {"lib/fluent/plugin/filter_shout.rb": PLUGIN})


@pytest.fixture
def source(gem: Path) -> Iterator[str]:
    """Serve the gem as an index of gems does."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(gem.parent.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_ruby_has_what_fluentd_needs(tmp_path: Path) -> None:
    """Debian's compiled gems load from the store, time zones are there, and Ruby starts itself."""
    ruby = output(build("pkgs.fluentd.ruby", tmp_path)) + "/bin/ruby"
    script = f"""
      {list(NEEDED_BY_FLUENTD)}.each {{ |library| require library }}
      print TZInfo::Timezone.get('Asia/Tokyo').utc_to_local(Time.utc(2026, 1, 1)).hour
      print ' ', `#{{RbConfig.ruby}} -e 'print RUBY_ENGINE, ENV.key?("RUBYLIB")'`
    """
    assert output(run(ruby, "-e", script, folder=tmp_path)) == "9 rubyfalse"


def test_missing_gem_is_told(tmp_path: Path) -> None:
    """Where no source has a gem, the message names file and hash, and what helps."""
    hash_of_nothing = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    wanted = f'{{ name = "absent"; version = "1.0"; hash = "{hash_of_nothing}"; }}'
    done = build(f"pkgs.fetchGem {wanted}", tmp_path)
    assert done.returncode != 0
    assert "absent-1.0.gem cannot be had from any source of gems" in done.stderr
    assert f"absent-1.0.gem {hash_of_nothing}" in done.stderr
    assert "nix-store --add-fixed sha256 FILE" in done.stderr
    assert "NIXGEN_GEMS=FOLDER" in done.stderr


def test_gem_comes_from_a_source_or_a_folder(gem: Path, source: str) -> None:
    """Both give the same store path, and a source that has another file is passed over."""
    other = gem.parent.parent / "other" / "gems"
    other.mkdir(parents=True)
    (other / gem.name).write_text("another file")
    sources = {"NIXGEN_GEM_SOURCES": f"{source}/other {source}/", "NIXGEN_GEMS": ""}
    found = output(build(fetched(gem), gem.parent, sources))
    assert (Path(found) / "lib/fluent/plugin/filter_shout.rb").read_text() == PLUGIN
    given = {**NOWHERE, "NIXGEN_GEMS": str(gem.parent)}
    assert found == output(build(fetched(gem), gem.parent, given))


def test_wrong_gem_in_the_folder_is_told(gem: Path) -> None:
    """A file of the folder that is not the gem is named, with the hash that is expected."""
    expected = sri(gem)
    wanted = fetched(gem)
    gem.write_text("another file")
    done = build(wanted, gem.parent, {**NOWHERE, "NIXGEN_GEMS": str(gem.parent)})
    assert done.returncode != 0
    assert f"{gem}: expected a file of the hash {expected}" in done.stderr


def test_gem_to_compile_is_refused(tmp_path: Path) -> None:
    """A gem with extensions in C is refused, since nothing compiles it."""
    files = {"ext/extconf.rb": "", "lib/a.rb": ""}
    gem = make_gem(tmp_path, "compiled", files, "extensions:\n- ext/extconf.rb\n")
    done = build(fetched(gem), tmp_path, {**NOWHERE, "NIXGEN_GEMS": str(tmp_path)})
    assert done.returncode != 0
    assert "has parts to compile" in done.stderr


def with_plugins(fluentd: str, gem: Path) -> str:
    """Return the expression of fluentdCw with the gem as the project's plugin."""
    plugin = fetched(gem).removeprefix("pkgs.fetchGem ")
    arguments = f"inherit pkgs; fluentd = {fluentd}; fluentdPlugins = [ {plugin} ];"
    return f"(import {REPOSITORY}/nix {{ {arguments} }}).fluentdCw"


def test_plugins_of_the_project_are_given_to_fluentd(gem: Path) -> None:
    """fluentdCw calls fluentd with our plugins, and with the library of each gem."""
    stand_in = """pkgs.writeShellScriptBin "fluentd" 'echo "$@"'""".replace("'", "''")
    given = {**NOWHERE, "NIXGEN_GEMS": str(gem.parent)}
    built = output(build(with_plugins(stand_in, gem), gem.parent, given))
    option, plugins, include, library = output(
        run(f"{built}/bin/fluentd", folder=gem.parent)
    ).split()
    assert (option, include) == ("-p", "-I")
    assert (Path(plugins) / "in_named_pipe.rb").exists()
    assert (Path(library) / "fluent/plugin/filter_shout.rb").read_text() == PLUGIN


@with_gems
@pytest.mark.parametrize("options", [["--no-supervisor"], []])
def test_real_fluentd_runs_with_plugins(gem: Path, options: list[str]) -> None:
    """fluentd of the given gems runs, with and without its own supervisor, and finds plugins."""
    folder = gem.parent
    conf = folder / "fluentd.conf"
    conf.write_text(
        '<source>\n  @type sample\n  tag a\n  sample {"a":"quiet"}\n</source>\n'
        "<filter **>\n  @type shout\n</filter>\n"
        "<filter **>\n  @type generic_metadata\n</filter>\n"
        "<match **>\n  @type stdout\n</match>\n"
    )
    output(run("nix-store", "--add-fixed", "sha256", str(gem), folder=folder))
    expression = with_plugins(f"({package_set_with_gems()}).fluentd", gem)
    program = output(build(expression, folder)) + "/bin/fluentd"
    done = run("timeout", "8", program, *options, "-c", str(conf), folder=folder)
    assert '"a":"QUIET"' in done.stdout, done.stdout + done.stderr

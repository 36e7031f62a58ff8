"""The scripts that are made for services: read them in tests/golden/perp."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from nix_instantiate import nix_instantiate

REPOSITORY = Path(__file__).parents[2]
LIBRARY = f"import {REPOSITORY}/nix {{ pkgs = import {REPOSITORY}/tests/nix/perp-packages.nix; }}"
# One service of each kind, with all that a service may have.
SERVICES = r"""[
  {
    name = "prepare";
    oneShot = true;
    user = "root";
    onFailure = "exit";
    command = [ "/opt/prepare" "two words" "it's" "$HOME" ];
  }
  { name = "server"; command = "exec /opt/server --port $PORT | tee /tmp/log"; }
  {
    name = "worker";
    after = [ "prepare" "server" ];
    preStartScript = "export QUEUE=\"$(cat /etc/queue)\"\n";
    environment = { A = "2"; QUEUE = "it's 'empty'"; "dotted.name" = ""; };
    environmentFile = "/etc/worker.env";
    chdir = "/var/lib/worker files";
    onFailure = "exit";
    maxFailures = 3;
    command = "/opt/worker --say 'it is ready'";
  }
  {
    name = "web";
    command = "/opt/web";
    environment.LEVEL = "info";
    ready = { port = 8080; http = "/health"; };
    onUnready = "restart";
    maxRestartDelay = 60;
    stopSignal = "SIGQUIT";
    stopTimeout = 5;
  }
  {
    name = "nightly";
    oneShot = true;
    after = [ "web" ];
    schedule = "30 4 * * *";
    timeLimit = 600;
    command = "/opt/nightly";
  }
]"""

EVALUATE = f"""
let
  lib = {LIBRARY};
  services = (lib.buildImageWithPerps {{
    name = "test/scripts";
    services = {SERVICES};
  }}).services;
  shell = "/bin/bash";
  supervisor = "/usr/local/lib/perp";
  toFiles = service: {{
    "${{service.name}}/rc.main" = lib.perp.toRcMain {{
      inherit service services shell supervisor;
    }};
    "${{service.name}}/start" = lib.perp.toStart {{
      inherit service shell supervisor;
      variables = config.Env;
      workingDir = "/";
    }};
  }} // (if service.ready == null then {{ }} else {{
    "${{service.name}}/ready" = lib.perp.toReady {{
      inherit service shell supervisor;
      variables = config.Env;
      workingDir = "/";
    }};
  }});
  config = lib.perp.makeImageConfig {{
    config = {{ Env = [ "A=1" "B=1" ]; }};
    environment = {{ B = "a=b"; C = "3"; }};
    healthCheck = null;
    labels = {{ }};
    serviceFolder = "/services";
    stopGracePeriod = 8;
    inherit supervisor;
  }};
in
  builtins.foldl' (files: service: files // toFiles service) {{
    "stop-order" = lib.perp.toStopOrder services;
    "image-config.json" = builtins.toJSON config;
  }} services
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("scripts")
    texts = json.loads(nix_instantiate(folder, EVALUATE, "--eval", "--strict", "--json"))
    texts["image-config.json"] = json.dumps(json.loads(texts["image-config.json"]), indent=2) + "\n"
    return dict(texts)


def test_generated_files(scripts: dict[str, str], golden: Callable[[str, str], None]) -> None:
    """The generated files are those in the golden folder."""
    for name, text in sorted(scripts.items()):
        golden(f"perp/{name}", text)


def shellcheck(*files: Path) -> str:
    command = ["shellcheck", "--norc", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_generated_scripts_pass_shellcheck(scripts: dict[str, str], tmp_path: Path) -> None:
    """shellcheck finds nothing in generated scripts."""
    files = []
    for name, text in scripts.items():
        if name.endswith(("rc.main", "start")):
            files.append(tmp_path / name.replace("/", "-"))
            files[-1].write_text(text)
    assert "" == shellcheck(*files)


def test_stop_order_follows_the_longest_way(tmp_path: Path) -> None:
    """A service stops after all that come after it, be it over other services."""
    text = f"""({LIBRARY}).perp.toStopOrder (map (service: {{ stopsBefore = [ ]; }} // service) [
      {{ name = "a"; after = [ ]; }}
      {{ name = "b"; after = [ "a" ]; }}
      {{ name = "c"; after = [ "a" "b" ]; }}
      {{ name = "d"; after = [ "a" ]; }}
      {{ name = "e"; after = [ ]; }}
    ])"""
    found = json.loads(nix_instantiate(tmp_path, text, "--eval", "--strict", "--json"))
    assert "c\nb d\na e\n" == found

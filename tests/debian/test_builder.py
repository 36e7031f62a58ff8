"""Commands that build something on a Debian system."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

from nixgen.definitions import DebianPackageSet
from nixgen.package_sets import debian

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ["gcc", "libc6-dev", "python3-pip"]
HELLO = """
let text = builtins.toFile "hello.c" ''
  #include <stdio.h>
  int main(void) { puts("hello from " __FILE__); return 0; }
'';
in pkgs.runInDebian "hello" { packages = [ "gcc" "libc6-dev" ]; source = text; } ''
  cp $source hello.c
  mkdir -p $out/bin
  gcc -g -O2 -o $out/bin/hello hello.c
''
"""
# A wheel is a zip archive with these files.
WHEEL = """
let python = builtins.toFile "make.py" ''
  import zipfile
  info = "greeting-1.0.dist-info/"
  files = {
      "greeting.py": "def main():\\n    print('hello')\\n",
      info + "METADATA": "Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n",
      info + "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
      info + "entry_points.txt": "[console_scripts]\\ngreet = greeting:main\\n",
      info + "RECORD": "",
  }
  with zipfile.ZipFile("greeting-1.0-py3-none-any.whl", "w") as archive:
      for name, text in files.items():
          archive.writestr(zipfile.ZipInfo(name), text)
'';
wheels = pkgs.runInDebian "wheels" { inherit python; packages = [ "python3-pip" ]; } ''
  mkdir $out
  cd $out
  python3 $python
'';
in pkgs.runInDebian "greeting" { packages = [ "python3-pip" ]; inherit wheels; } ''
  export DEB_PYTHON_INSTALL_LAYOUT=deb
  pip install --no-index --find-links "$wheels" --no-deps --no-compile --prefix "$out" greeting
  python3 -m compileall -q --invalidation-mode unchecked-hash "$out/lib"
''
"""

pytestmark = pytest.mark.nix


@pytest.fixture(scope="module")
def lock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lock a compiler."""
    folder = tmp_path_factory.mktemp("lock")
    debian.lock(DebianPackageSet(packages=PACKAGES), folder)
    return folder / debian.LOCK_NAME


@cache
def _run(
    lock: Path, expression: str, *options: str, sandbox: bool = True
) -> subprocess.CompletedProcess[str]:
    package_set = REPOSITORY / "nix/package-sets/debian"
    text = f"let pkgs = import {package_set} {{ lock = {lock}; }}; in {expression}"
    words = ["nix-build", "--no-out-link", "--expr", text, *options]
    words += ["--option", "sandbox", str(sandbox).lower()]
    environment = {**os.environ, "NIX_CONFIG": "build-users-group =\nsubstituters =\n"}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def _build(lock: Path, expression: str, *options: str, sandbox: bool = True) -> Path:
    done = _run(lock, expression, *options, sandbox=sandbox)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def _in_debian(text: str) -> str:
    return f"pkgs.runInDebian \"x\" {{ value = \"a'b c\"; }} ''{text}''"


def test_a_c_program_is_compiled(lock: Path) -> None:
    """It runs with Debian's libraries, at their usual places, and needs nothing of the store."""
    out = _build(lock, HELLO)
    done = subprocess.run([out / "bin/hello"], capture_output=True, text=True, check=True)
    assert done.stdout == "hello from hello.c\n"
    query = ["nix-store", "--query", "--references", str(out)]
    assert subprocess.run(query, capture_output=True, text=True, check=True).stdout == ""


@pytest.mark.parametrize("sandbox", [True, False])
def test_a_program_comes_out_the_same_again(lock: Path, sandbox: bool) -> None:
    """With and without the sandbox."""
    _build(lock, HELLO)
    _build(lock, HELLO, "--check", sandbox=sandbox)


def test_wheels_are_installed_from_a_folder(lock: Path) -> None:
    """The program runs on Debian's Python, compiled, and comes out the same again."""
    out = _build(lock, WHEEL)
    _build(lock, WHEEL, "--check")
    [packages] = out.glob("lib/python3*/*-packages")
    assert [*packages.glob("__pycache__/greeting.*.pyc")]
    environment = {"PYTHONPATH": str(packages)}
    done = subprocess.run(
        [out / "bin/greet"], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "hello\n"


@pytest.mark.parametrize("sandbox", [True, False])
def test_commands_have_no_network(lock: Path, sandbox: bool) -> None:
    """They see the loopback interface alone, with and without the sandbox."""
    text = f"grep : /proc/net/dev | cut -d: -f1 | tr -d ' ' >$out # {sandbox}"
    assert _build(lock, _in_debian(text), sandbox=sandbox).read_text() == "lo\n"


def test_commands_see_a_debian_system_and_their_variables(lock: Path) -> None:
    """They are in an empty folder, and values are exact."""
    text = 'ls -A >/tmp/f; { cat /tmp/f /etc/debian_version; pwd; printf %s "$value"; } >$out'
    out = _build(lock, _in_debian(text))
    lines = out.read_text().splitlines()
    assert lines[1:] == ["/build", "a'b c"]


def test_a_failing_command_ends_in_the_end_of_its_log(lock: Path) -> None:
    """The last words of the commands are in the message, and no traceback."""
    message = _run(lock, _in_debian("echo the last words; false")).stderr
    assert "the last words" in message
    assert "Traceback" not in message


def test_commands_without_a_result_are_refused(lock: Path) -> None:
    """The message names the derivation."""
    assert "the commands of x ended well, but made no $out" in _run(lock, _in_debian("true")).stderr

"""Commands whose programs cannot be there are refused when the image is built, and no others."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from package_set import LOCK, REPOSITORY
from project import NIX_CONFIG

pytestmark = pytest.mark.nix

FROM_PATH = "write its path, such as that of a package, or add its package to contents"
ADD = "add the package that has this program to contents"


def build(folder: Path, arguments: str) -> subprocess.CompletedProcess[str]:
    """Build the services of an image; `arguments` are some of an image of one command."""
    (folder / "image.nix").write_text(f"""
      let
        pkgs = import {REPOSITORY}/nix/package-sets/debian {{ lock = {LOCK}; }};
        lib = import {REPOSITORY}/nix {{ inherit pkgs; }};
        script = pkgs.writeScript "script";
      in lib.buildImageWithPerp ({{ name = "test/programs"; }} // {arguments})
    """)
    return subprocess.run(
        ["nix-build", str(folder / "image.nix"), "--no-out-link"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NIX_CONFIG": NIX_CONFIG},
    )


@pytest.mark.parametrize(
    ("arguments", "expected", "remedy"),
    [
        (
            '{ command = [ "${pkgs.jq}/bin/jqq" "." ]; }',
            "command: expected a program that is there; STORE-jq/bin has jq, got",
            "",
        ),
        (
            '{ command = "A=1 ${pkgs.jq}/bin/jqq . | cat"; }',
            "command: expected a program that is there; STORE-jq/bin has jq, got",
            "",
        ),
        (
            r'{ command = "export A=1\nexec ${pkgs.jq}/share/jq"; }',
            "command: expected a program that is there; STORE-jq has bin, got",
            "",
        ),
        (
            r'{ command = "sleep 1"; preStartScript = "${pkgs.jq}/bin/jqq . >/tmp/a"; }',
            "preStartScript: expected a program that is there; STORE-jq/bin has jq, got",
            "",
        ),
        (
            '{ command = "${pkgs.jq}"; }',
            "command: expected a program, such as one of STORE-jq/bin (jq), got",
            "",
        ),
        (
            '{ command = "${pkgs.writeText "text" "a"}"; }',
            "command: expected a program that may be executed, got",
            "chmod +x, or name its interpreter before it",
        ),
        (
            '{ command = "sleepp 1000 2>&1"; }',
            'command: expected a program that the image has, got "sleepp"',
            FROM_PATH,
        ),
        (
            '{ command = [ "cd" "/tmp" ]; }',
            'command: expected a program that the image has, got "cd"',
            FROM_PATH,
        ),
        (
            '{ command = "exec jqq; true"; environment.PATH = "${pkgs.jq}/bin:/bin"; }',
            'command: expected a program that the image has, got "jqq"',
            FROM_PATH,
        ),
        (
            '{ command = "sleep 1"; ready.command = [ "curll" ]; }',
            'ready.command: expected a program that the image has, got "curll"',
            FROM_PATH,
        ),
        (
            r'{ command = "${script "#!/usr/bin/perl\n"}"; }',
            "command: expected a script whose interpreter the image has, got",
            f"it begins with #!/usr/bin/perl: {ADD}",
        ),
        (
            r'{ command = "${script "#!/usr/bin/env perl\n"}"; }',
            "command: expected a script whose interpreter the image has, got",
            f"it begins with #!/usr/bin/env perl: {ADD}",
        ),
        (
            r'{ command = "${script "#!${pkgs.jq}/bin/jqq -f\n"}"; }',
            "command: expected a script whose interpreter the image has, got",
            "",
        ),
    ],
)
def test_program_that_cannot_be_there(
    arguments: str, expected: str, remedy: str, tmp_path: Path
) -> None:
    """The log names service, argument and program, and what there is in its place."""
    done = build(tmp_path, arguments)
    assert done.returncode != 0
    _, found, said = done.stderr.partition('service "programs": ')
    assert found
    first, second, *_ = said.splitlines()
    words = [
        f"STORE-{word[44:]}" if word.startswith("/nix/store/") else word for word in first.split()
    ]
    shown = " ".join(words).replace("(/nix", "(")
    assert shown.startswith(expected)
    assert not remedy or remedy == second.strip()


TAKEN = [
    '{ command = "sleepp || sleep 1"; }',
    '{ command = "sleepp | cat"; }',
    '{ command = "cd /tmp"; }',
    r'{ command = "run() { sleep 1; }\nrun"; }',
    '{ command = "jq ."; contents = [ pkgs.jq ]; }',
    '{ command = "jq ."; environment.PATH = "${pkgs.jq}/bin:/bin"; }',
    '{ command = "mine"; environment.PATH = "/opt/mine/bin:/bin"; }',
    '{ command = "mine"; config.Env = [ "PATH=/opt/mine/bin" ]; }',
    '{ command = "PATH=/opt/mine/bin mine"; }',
    '{ command = "mine"; preStartScript = "export PATH=/opt/mine/bin"; }',
    '{ command = "mine"; environmentFile = "/etc/mine"; }',
    '{ command = "mine"; extraCommands = "mkdir -p usr/bin; touch usr/bin/mine"; }',
    '{ command = "mine"; files."/usr/bin/mine" = { text = "#!/bin/sh"; mode = 493; }; }',
    '{ command = "/opt/mine --now"; }',
    r'{ command = "${script "#!/bin/sh\n"}"; }',
    r'{ command = "${script "#! /usr/bin/env -S bash -e\n"}"; }',
    r'{ command = "${script "#!/opt/mine/bin/python\n"}"; }',
    r'{ command = "cat <<EOF\nexec ${pkgs.jq}/bin/jq\nEOF"; }',
]


def test_what_may_work_is_taken(tmp_path: Path) -> None:
    """Builtins, functions, other folders of PATH, and what scripts, files or the image's own
    commands may make are not refused."""
    taken = (
        "[ "
        + " ".join(
            f'(lib.buildImageWithPerp ({{ name = "test/taken"; }} // {arguments}))'
            for arguments in TAKEN
        )
        + " ]"
    )
    done = build(tmp_path, '{ command = "sleep 1"; }')
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "image.nix").read_text()
    (tmp_path / "image.nix").write_text(text[: text.index("in lib.build")] + f"in {taken}")
    done = subprocess.run(
        ["nix-build", str(tmp_path / "image.nix"), "--no-out-link", "--keep-going"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NIX_CONFIG": NIX_CONFIG},
    )
    assert 'service "' not in done.stderr
    assert done.returncode == 0, done.stderr
